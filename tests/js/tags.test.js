// What plays is shown as it is tagged now.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { initialState } from '../../assets/player/store/initial.js';
import { reduce } from '../../assets/player/store/reducer.js';
import { shownTrack } from '../../assets/player/store/selectors.js';
import { createStore } from '../../assets/player/store/store.js';
import { Tags } from '../../assets/player/controllers/tags.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const trackOf = (id, title = id) => ({ id, title, kind: 'audio', duration_ms: 1000, added_at: '', codec: 'FLAC', renditions: [] });
const itemOf = (id, more = {}) => ({ hostId: 'h', track: trackOf(id), query: initialState().query, index: 0, generation: 1, ...more });

/** A host whose tracks are called as `titles` says, and a player that follows some of them. */
function player(titles) {
  const store = createStore(initialState(), reduce);
  const asked = [];
  const request = async ({ ids }) => {
    asked.push(ids);
    return { body: new TextEncoder().encode(JSON.stringify({ tracks: ids.filter((id) => titles[id]).map((id) => trackOf(id, titles[id])) })) };
  };
  const library = { generation: 1 };
  const tags = new Tags(store, { client: () => ({ request }) }, () => library.generation);
  const play = (item) => {
    tags.follow(item);
    store.dispatch({ type: 'playback/track', item, sent: null, track: tags.latest(item) });
  };
  return { store, tags, asked, library, play, shown: () => shownTrack(store.state)?.title };
}

test('what plays takes its new tags, and stays the same item for the engine', async () => {
  const { store, tags, asked, play, shown } = player({ a: 'New', b: 'Other' });
  const item = itemOf('a');
  play(item);
  assert.deepEqual([shown(), asked], ['a', []]);
  await tags.changed('h', { reset: false, changed: ['x', 'a'] });
  assert.deepEqual([shown(), asked, store.state.playback.item], ['New', [['a']], item]);
  await tags.changed('h', { reset: false, changed: ['x'] });
  await tags.changed('elsewhere', { reset: true, changed: [] });
  assert.equal(asked.length, 1);
});

test('what is queued begins with its new tags, whether they changed while it waited or before it was looked up', async () => {
  const { tags, library, play, shown } = player({ a: 'A', b: 'B now', c: 'C now' });
  play(itemOf('a'));
  tags.follow(itemOf('b'));
  library.generation = 2;
  await tags.changed('h', { reset: true, changed: [] });
  play(itemOf('b'));
  assert.equal(shown(), 'B now');
  play(itemOf('c'));
  await settled();
  assert.equal(shown(), 'C now');
});

test('few tracks are followed, and one that is gone keeps the tags it had', async () => {
  const { tags, asked, play, shown } = player({});
  for (let n = 0; n < 20; n += 1) tags.follow(itemOf(`t${n}`));
  play(itemOf('last'));
  await tags.changed('h', { reset: true, changed: [] });
  assert.equal(asked.at(-1).length, 8);
  assert.deepEqual([asked.at(-1).includes('last'), shown()], [true, 'last']);
});
