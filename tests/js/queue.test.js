// What comes next in a queue.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Catalogue } from '../../assets/player/controllers/catalogue.js';
import { initialState } from '../../assets/player/store/initial.js';

/** A queue of a host whose tracks are `there` or not. */
function queue(there) {
  const request = async ({ offset, limit }) => {
    const tracks = there.slice(offset, offset + limit).map((isThere, at) => ({ id: `t${offset + at}`, ...(isThere ? {} : { missing: true }) }));
    return { reply: { total: there.length }, body: new TextEncoder().encode(JSON.stringify({ tracks })) };
  };
  const catalogue = new Catalogue({ client: () => ({ request }) });
  const { query } = initialState();
  return async (index, by) => (await catalogue.beside({ hostId: 'h', query, track: { id: `t${index}` }, index, generation: 0 }, by))?.track.id ?? null;
}

test('a queue passes over what is known to have no file, over pages and both ways', async () => {
  const there = Array.from({ length: 230 }, (_, at) => at < 5 || at > 220);
  const beside = queue(there);
  assert.deepEqual([await beside(3, 1), await beside(4, 1), await beside(221, -1), await beside(2, -1)], ['t4', 't221', 't4', 't1']);
  assert.deepEqual([await beside(229, 1), await beside(0, -1)], [null, null]);
});

test('it does not look for ever', async () => {
  const beside = queue(Array.from({ length: 5_000 }, (_, at) => at === 0 || at === 4_999));
  assert.equal(await beside(0, 1), null);
});
