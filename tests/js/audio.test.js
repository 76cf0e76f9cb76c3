import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MediaCache } from '../../assets/player/audio/cache.js';
import { aheadOf, stepOver } from '../../assets/player/audio/ranges.js';

test('counts what plays on without a hole', () => {
  const ranges = [[0, 10], [10.02, 20], [30, 40]];
  assert.equal(aheadOf(ranges, 5), 15);
  assert.equal(aheadOf(ranges, 25), 0);
  assert.equal(aheadOf(ranges, 35), 5);
  assert.equal(aheadOf([], 0), 0);
});

test('steps over short holes only', () => {
  assert.equal(stepOver([[0.08, 5]], 0, 0.5), 0.08);
  assert.equal(stepOver([[2, 5]], 0, 0.5), null);
  assert.equal(stepOver([[0, 5]], 1, 0.5), null);
});

/** A source whose requests are settled by hand. */
function manualSource() {
  const asked = [];
  const segment = (wanted, index, { signal, to, aheadMs }) =>
    new Promise((resolve, reject) => {
      const whole = (bytes) => (to.add(bytes), resolve());
      asked.push({ wanted, index, signal, to, aheadMs, whole, resolve, reject });
    });
  return { asked, source: { segment, init: () => assert.fail('no init is asked for') } };
}

const wanted = { item: { hostId: 'h', track: { id: 't' } }, rendition: 'flac', stream: 0 };
const never = () => ({ signal: new AbortController().signal });
const read = async (pieces) => {
  const all = [];
  for await (const piece of pieces) all.push(piece.length);
  return all;
};

test('a segment that is wanted twice is asked for once', async () => {
  const { asked, source } = manualSource();
  const cache = new MediaCache(source);
  const both = [cache.segment(wanted, 0, never()), cache.segment(wanted, 0, never())];
  asked[0].whole(new Uint8Array(3));
  assert.deepEqual(await Promise.all(both.map(({ whole }) => whole)), [3, 3]);
  await cache.segment(wanted, 0, never()).whole;
  assert.equal(asked.length, 1);
});

test('another sound of the same file is another segment', async () => {
  const { asked, source } = manualSource();
  const cache = new MediaCache(source);
  cache.segment(wanted, 0, never());
  cache.segment({ ...wanted, stream: 1 }, 0, never());
  assert.deepEqual(asked.map(({ wanted: { stream } }) => stream), [0, 1]);
});

test('a request is cancelled when the last one who wanted it is gone, and can be made again', async () => {
  const { asked, source } = manualSource();
  const cache = new MediaCache(source);
  const [first, second] = [new AbortController(), new AbortController()];
  const waits = [first, second].map(({ signal }) => assert.rejects(cache.segment(wanted, 1, { signal }).whole, { message: 'gone' }));
  first.abort(new Error('gone'));
  assert.equal(asked[0].signal.aborted, false);
  second.abort(new Error('gone'));
  assert.equal(asked[0].signal.aborted, true);
  await Promise.all(waits);
  cache.segment(wanted, 1, never());
  assert.equal(asked.length, 2);
});

test('a failure is not kept', async () => {
  const { asked, source } = manualSource();
  const cache = new MediaCache(source);
  const failed = assert.rejects(cache.segment(wanted, 2, never()).whole);
  asked[0].reject(new Error('no'));
  await failed;
  cache.segment(wanted, 2, never());
  assert.equal(asked.length, 2);
});

test('lets the oldest go when there is too much', async () => {
  const { asked, source } = manualSource();
  const cache = new MediaCache(source, 10);
  for (const index of [0, 1, 2]) {
    const got = cache.segment(wanted, index, never()).whole;
    asked[index].whole(new Uint8Array(5));
    await got;
  }
  cache.segment(wanted, 2, never());
  assert.equal(asked.length, 3);
  cache.segment(wanted, 0, never());
  assert.equal(asked.length, 4);
});

test('pieces are read as they come, by a late reader from the first on', async () => {
  const { asked, source } = manualSource();
  const cache = new MediaCache(source);
  const early = cache.segment(wanted, 0, never());
  const reading = early.pieces();
  asked[0].to.add(new Uint8Array(3));
  assert.equal((await reading.next()).value.length, 3);
  const late = read(cache.segment(wanted, 0, never()).pieces());
  asked[0].to.add(new Uint8Array(4));
  asked[0].resolve();
  assert.deepEqual([(await reading.next()).value.length, (await reading.next()).done, await late, await early.whole], [4, true, [3, 4], 7]);
  assert.deepEqual(await read(cache.segment(wanted, 0, never()).pieces()), [3, 4], 'and again, from the cache');
  assert.equal(asked.length, 1);
});

test('a segment that breaks off ends its pieces and tells why', async () => {
  const { asked, source } = manualSource();
  const { whole, pieces } = new MediaCache(source).segment(wanted, 0, never());
  const all = read(pieces());
  asked[0].to.add(new Uint8Array(3));
  asked[0].reject(new Error('cut'));
  assert.deepEqual(await all, [3]);
  await assert.rejects(whole, { message: 'cut' });
});

test('the host is told how long a segment is not needed yet, and nothing of a prefetch', () => {
  const { asked, source } = manualSource();
  const cache = new MediaCache(source);
  cache.segment(wanted, 0, { ...never(), aheadMs: 1200 });
  cache.segment(wanted, 1, never());
  assert.deepEqual(asked.map(({ aheadMs }) => aheadMs), [1200, undefined]);
});
