import assert from 'node:assert/strict';
import { test } from 'node:test';

import { choosing, chosenIn, namedIn, noteAt, selectionOf, valueAt } from '../../assets/player/store/browser.js';
import { FacetLists } from '../../assets/player/controllers/facets.js';
import { initialState } from '../../assets/player/store/initial.js';
import { reduce } from '../../assets/player/store/reducer.js';
import { createStore } from '../../assets/player/store/store.js';

const apply = (state, ...actions) => actions.reduce(reduce, state);
const choose = (of, ...keys) => ({ type: 'query', query: choosing(of, keys) });
const list = (id, more) => ({ id, kind: 'list', name: id, items: 0, duration_ms: 0, version: 1, items_version: 1, changed: 1, ...more });

test('choosing in a column begins those after it anew, and leaves those before it', () => {
  const all = apply(initialState(), choose('genre', 'Jazz'), choose('artist', 'Ada', 'Bo'), choose('album', 'a1'));
  assert.deepEqual([all.query.genres, all.query.artists, all.query.albums], [['Jazz'], ['Ada', 'Bo'], ['a1']]);
  const other = apply(all, choose('artist', 'Bo'));
  assert.deepEqual([other.query.genres, other.query.artists, other.query.albums], [['Jazz'], ['Bo'], []]);
  assert.deepEqual(chosenIn('album', apply(all, choose('genre')).query), []);
});

test('a column lists what the ones before it leave, the grid what all leave', () => {
  const { query } = apply(initialState(), choose('genre', 'Jazz'), choose('artist', 'Ada'), choose('album', 'a1'), { type: 'query', query: { search: 'x' } });
  assert.deepEqual(selectionOf(query, 'genre'), { kind: 'audio', search: 'x' });
  assert.deepEqual(selectionOf(query, 'artist'), { kind: 'audio', search: 'x', genres: ['Jazz'] });
  assert.deepEqual(selectionOf(query, 'album'), { kind: 'audio', search: 'x', genres: ['Jazz'], artists: ['Ada'] });
  assert.deepEqual(selectionOf(query), { kind: 'audio', search: 'x', genres: ['Jazz'], artists: ['Ada'], albums: ['a1'] });
});

test('another source shows all that it has, the same one what was chosen', () => {
  const chosen = apply(initialState(), { type: 'me', user: null, hosts: [{ id: 'h', name: 'h', online: true }] }, choose('genre', 'Jazz'));
  assert.equal(apply(chosen, { type: 'host/select', hostId: 'h', kind: 'audio' }).query, chosen.query);
  const doubles = apply(chosen, { type: 'host/select', hostId: 'h', kind: 'audio', only: 'duplicates' });
  assert.deepEqual(selectionOf(doubles.query), { kind: 'audio', only: 'duplicates' });
  const smart = list('s', { kind: 'smart', rules: { match: 'all', rules: [] } });
  const ruled = apply(doubles, { type: 'host/select', hostId: 'h', kind: 'audio', playlist: smart });
  assert.deepEqual(selectionOf(ruled.query), { rules: smart.rules });
});

test('a playlist that is shown follows what others make of it, and goes when it is thrown away', () => {
  const shown = apply(initialState(), { type: 'host/select', hostId: 'h', kind: 'audio', playlist: list('p') });
  const same = apply(shown, { type: 'playlists', playlists: [list('p'), list('q')] });
  assert.equal(same.query, shown.query);
  const renamed = apply(same, { type: 'playlists', playlists: [list('p', { name: 'New', changed: 2 })] });
  assert.equal(renamed.query.playlist.name, 'New');
  assert.equal(apply(renamed, { type: 'playlists', playlists: [] }).query.playlist, null);
});

test('values come page by page, and a first page takes the place of all', () => {
  const values = (from) => Array.from({ length: 200 }, (_, index) => ({ name: `${from + index}`, tracks: 1 }));
  const column = (page, first) => ({ type: 'browser/page', of: 'artist', page, values: values(page * 200), total: 400, tracks: 900, first });
  const { artist } = apply(initialState(), column(0, true), column(1, false)).browser.columns;
  assert.deepEqual([valueAt(artist, 0).name, valueAt(artist, 399).name, valueAt(artist, 400)], ['0', '399', undefined]);
  assert.equal(apply(initialState(), column(1, false), column(0, true)).browser.columns.artist.pages.size, 1);
});

test('of what is missing no kind is left out, and a search is only as typed while there is one', () => {
  const missing = apply(initialState(), { type: 'host/select', hostId: 'h', kind: 'audio', only: 'missing' });
  assert.deepEqual(selectionOf(missing.query), { only: 'missing' });
  const typed = apply(initialState(), { type: 'query', query: { search: 'kraftwrek', exact: true } });
  assert.deepEqual(selectionOf(typed.query), { kind: 'audio', search: 'kraftwrek', exact: true });
  assert.deepEqual(selectionOf({ ...typed.query, search: '' }), { kind: 'audio' });
});

test('tracks without a genre are no genre', () => {
  const columnOf = (total, without) => ({ total, tracks: 9, without, pages: new Map() });
  assert.deepEqual([namedIn('genre', columnOf(2, 4)), namedIn('genre', columnOf(2, 0)), namedIn('album', columnOf(2, 4))], [1, 2, 2]);
});

test('albums of one name are told apart by whose they are, then by their years', () => {
  const value = (name, artist, year) => ({ name, artist, year, tracks: 1 });
  const values = [value('Alone', 'Ada'), value('Hits', 'Bo', 1990), value('HITS', 'Cy', 1991), value('Hits', 'Cy', 1999), value('Zoo')];
  const column = { total: 5, tracks: 5, without: 0, pages: new Map([[0, values]]) };
  assert.deepEqual(values.map((_, at) => noteAt(column, at)), ['', 'Bo', 'Cy, 1991', 'Cy, 1999', '']);
  assert.equal(noteAt(column, 200), '');
});

test('a column that is asked for anew while it is asked for is asked again', async () => {
  const store = createStore(apply(initialState(), { type: 'me', user: null, hosts: [{ id: 'h', name: 'h', online: true }] }, { type: 'browser/open', open: true }), reduce);
  const asked = [];
  const request = ({ of }, { signal }) => new Promise((resolve, reject) => {
    asked.push(of);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  const facets = new FacetLists(store, { client: () => ({ request }) });
  facets.forget();
  assert.deepEqual(asked, ['genre', 'artist', 'album', 'genre', 'artist', 'album']);
});
