// Missing files are taken out of the library by their owner: those meant and no others, and back again.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { initialState } from '../../assets/player/store/initial.js';
import { reduce } from '../../assets/player/store/reducer.js';
import { createStore } from '../../assets/player/store/store.js';
import { Purge } from '../../assets/player/controllers/purge.js';

const row = (n) => ({ id: `t${n}`, title: `t${n}`, kind: 'audio', missing: true });

function stage(total, query = {}) {
  const store = createStore(initialState(), reduce);
  store.dispatch({ type: 'me', user: null, hosts: [{ id: 'h', name: 'Attic', online: true }] });
  store.dispatch({ type: 'query', query: { only: 'missing', ...query } });
  const page = (number) => Array.from({ length: Math.min(100, total - number * 100) }, (_, at) => row(number * 100 + at));
  store.dispatch({ type: 'list/page', page: 0, tracks: page(0), total, first: true });
  const asked = [];
  const request = async (question) => {
    asked.push(question);
    if (question.op === 'unpurge') return { reply: { count: question.at_ms === undefined ? 0 : 1 } };
    return { reply: { count: question.tracks?.length ?? total, at_ms: asked.length } };
  };
  const catalogue = { page: async (host, asking, number) => ({ tracks: page(number) }) };
  let refreshed = 0;
  const purge = new Purge(store, { client: () => ({ request }) }, catalogue, { changed: () => void (refreshed += 1) });
  return { store, purge, asked, refreshed: () => refreshed, notice: () => store.state.notices.find(({ id }) => id === 'purge') };
}

test('all that is missing goes by one request, but only what is listed where a search narrows it', async () => {
  const whole = stage(1_000);
  await whole.purge.remove('all', '1,000 missing files');
  assert.deepEqual(whole.asked, [{ op: 'purge' }]);
  assert.equal(whole.refreshed(), 1);
  const narrowed = stage(2, { search: 'x' });
  await narrowed.purge.remove('all', '2 missing files');
  assert.deepEqual(narrowed.asked, [{ op: 'purge', tracks: ['t0', 't1'] }]);
});

test('a selection goes with the rows that are out of view, in parts that the host takes', async () => {
  const { purge, asked, notice } = stage(1_000);
  await purge.remove({ low: 95, high: 599 }, '505 missing files');
  assert.deepEqual(asked.map(({ tracks }) => tracks.length), [400, 105]);
  assert.deepEqual([asked[0].tracks[0], asked[1].tracks.at(-1)], ['t95', 't599']);
  assert.match(notice().text, /505 missing files were removed/);
  await purge.undo(notice().action.detail);
  assert.deepEqual(asked.slice(2), [{ op: 'unpurge', at_ms: 1 }, { op: 'unpurge', at_ms: 2 }]);
  assert.equal(notice().text, '2 missing files are in the list again.');
  assert.equal(notice().action, undefined);
});

test('one that is removed is named, and that there is nothing to bring back is said', async () => {
  const { purge, notice } = stage(3);
  await purge.remove({ low: 1, high: 1 }, '“t1”');
  assert.equal(notice().text, '“t1” was removed from the library.');
  await purge.undo({ hostId: null, times: null });
  assert.equal(notice().text, 'Nothing was removed in the last 30 days.');
});
