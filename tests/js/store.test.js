import assert from 'node:assert/strict';
import { test } from 'node:test';

import { initialState } from '../../assets/player/store/initial.js';
import { reduce } from '../../assets/player/store/reducer.js';
import { missingPages, rowAt, shownTrack, totals } from '../../assets/player/store/selectors.js';
import { createStore } from '../../assets/player/store/store.js';

const track = (id, duration_ms = 60_000) => ({ id, title: id, kind: 'audio', duration_ms, renditions: [] });
const apply = (state, ...actions) => actions.reduce(reduce, state);
const page = (number, tracks, total, first = false) => ({ type: 'list/page', page: number, tracks, total, first });
const host = (id, online = true) => ({ id, name: id, online });

test('chooses the first host that is on line, and keeps the choice', () => {
  const state = apply(initialState(), { type: 'me', user: null, hosts: [host('a', false), host('b')] });
  assert.equal(state.hostId, 'b');
  assert.equal(apply(state, { type: 'me', user: null, hosts: [host('a'), host('b', false)] }).hostId, 'b');
  assert.equal(apply(state, { type: 'me', user: null, hosts: [host('a')] }).hostId, 'a');
  assert.equal(apply(state, { type: 'me', user: null, hosts: [] }).hostId, null);
});

test('what was shown of a host goes when the host does', () => {
  const shown = apply(initialState(), { type: 'me', user: null, hosts: [host('a')] }, page(0, [track('x')], 1, true), { type: 'select', lead: 0, extend: false });
  const gone = apply(shown, { type: 'me', user: null, hosts: [] });
  assert.deepEqual([gone.hostId, gone.list.total, gone.list.status, gone.selection.lead, gone.status], [null, 0, 'idle', -1, null]);
  assert.equal(apply(shown, { type: 'me', user: null, hosts: [host('a', false)] }).list, shown.list);
});

test('remembers which hosts do not answer this page', () => {
  const link = (hostId, up) => ({ type: 'host/link', hostId, up });
  assert.deepEqual(apply(initialState(), link('a', false), link('b', false), link('a', false)).unreachable, ['b', 'a']);
  assert.deepEqual(apply(initialState(), link('a', false), link('b', false), link('a', true)).unreachable, ['b']);
});

test('keeps the old rows until the new query’s first page is here', () => {
  const before = apply(initialState(), page(0, [track('x')], 1, true));
  const loading = apply(before, { type: 'query', query: { search: 'y' } }, { type: 'list/loading' });
  assert.deepEqual([loading.list.stale, rowAt(loading.list, 0).id], [true, 'x']);
  const after = apply(loading, page(0, [track('y')], 1, true));
  assert.deepEqual([after.list.stale, rowAt(after.list, 0).id, after.list.pages.size], [false, 'y', 1]);
});

test('knows which pages of a long list are missing', () => {
  const state = apply(initialState(), page(0, Array.from({ length: 100 }, (_, index) => track(`${index}`)), 100_000, true));
  assert.deepEqual(missingPages(state.list, 0, 99), []);
  assert.deepEqual(missingPages(state.list, 90, 310), [1, 2, 3]);
  assert.deepEqual(missingPages(state.list, 99_990, 100_500), [999]);
  assert.equal(rowAt(state.list, 5000), undefined);
});

test('a range of rows is selected with shift, and forgotten by another query', () => {
  const state = apply(initialState(), { type: 'select', lead: 3, extend: false }, { type: 'select', lead: 7, extend: true });
  assert.deepEqual(state.selection, { lead: 7, anchor: 3 });
  assert.deepEqual(apply(state, { type: 'query', query: { sort: 'title' } }).selection, { lead: -1, anchor: -1 });
});

test('another track begins at its start, the same one goes on', () => {
  const item = { hostId: 'h', track: track('a'), index: 0 };
  const progress = { position: 12, duration: 60, paused: false, buffering: false, ahead: 5 };
  const state = apply(initialState(), { type: 'playback/track', item, rendition: null }, { type: 'playback/progress', progress });
  assert.equal(apply(state, { type: 'playback/track', item, rendition: 'flac' }).playback.position, 12);
  const other = { ...item, track: track('b', 90_000) };
  const { playback } = apply(state, { type: 'playback/track', item: other, rendition: null });
  assert.deepEqual([playback.position, playback.duration], [0, 90]);
  assert.equal(apply(state, { type: 'playback/track', item: null, rendition: null }).playback.paused, true);
});

test('a message of the same kind takes the place of the one before', () => {
  const notice = (text) => ({ type: 'notice/show', notice: { id: 'track', text, kind: 'error' } });
  const state = apply(initialState(), notice('one'), notice('two'));
  assert.deepEqual(state.notices.map(({ text }) => text), ['two']);
  assert.deepEqual(apply(state, { type: 'notice/hide', id: 'track' }).notices, []);
});

test('shows the cover of what plays rather than of what is selected', () => {
  const state = apply(initialState(), page(0, [track('a'), track('b')], 2, true), { type: 'select', lead: 1, extend: false });
  assert.equal(shownTrack(state).id, 'b');
  const item = { hostId: 'h', track: track('a'), index: 0 };
  assert.equal(shownTrack(apply(state, { type: 'playback/track', item, rendition: null })).id, 'a');
});

test('tells the sums that came with the rows', () => {
  const sums = { durationMs: 99_000, bytes: 5_000 };
  assert.deepEqual(totals(apply(initialState(), { ...page(0, [track('a')], 300, true), ...sums })), { count: 300, ...sums });
  assert.deepEqual(totals(apply(initialState(), page(0, [track('a')], 300, true))), { count: 300, durationMs: null, bytes: null });
});

test('tells a watcher once for several changes, and only of what it watches', async () => {
  const store = createStore(initialState(), reduce);
  const seen = [];
  const stop = store.watch(({ playback }) => playback.volume, (volume) => seen.push(volume));
  store.dispatch({ type: 'playback/volume', volume: 0.2 });
  store.dispatch({ type: 'playback/volume', volume: 0.4 });
  store.dispatch({ type: 'drawer', open: true });
  await Promise.resolve();
  assert.deepEqual(seen, [1, 0.4]);
  stop();
});
