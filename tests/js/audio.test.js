import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MediaCache } from '../../assets/player/audio/cache.js';
import { aheadOf, stepOver } from '../../assets/player/audio/ranges.js';
import { partsOf, playable } from '../../assets/player/audio/rendition.js';

const only = (...codecs) => (mime) => codecs.some((codec) => mime.includes(codec));

test('takes the first rendition in the host’s order that the browser plays', () => {
  assert.deepEqual(playable(['flac', 'aac_256', 'opus_160'], only('opus', 'mp4a')), ['aac_256', 'opus_160']);
  assert.deepEqual(playable(['flac', 'something_new'], () => true), ['flac']);
});

test('a video has a picture, and sound only where it has any', () => {
  const video = { kind: 'video', renditions: ['video_copy'], sound: ['opus_160'] };
  assert.deepEqual(partsOf(video, () => true).map(({ role }) => role), ['picture', 'sound']);
  assert.deepEqual(partsOf({ ...video, sound: undefined }, () => true).map(({ role }) => role), ['picture']);
  assert.deepEqual(partsOf({ kind: 'audio', renditions: ['flac'] }, () => true), [{ role: 'sound', candidates: ['flac'] }]);
});

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
  const segment = (item, rendition, index, signal) => new Promise((resolve, reject) => asked.push({ item, index, signal, resolve, reject }));
  return { asked, source: { segment, init: segment } };
}

const item = { hostId: 'h', track: { id: 't' } };

test('a segment that is wanted twice is asked for once', async () => {
  const { asked, source } = manualSource();
  const cache = new MediaCache(source);
  const both = [cache.segment(item, 'flac', 0, new AbortController().signal), cache.segment(item, 'flac', 0, new AbortController().signal)];
  asked[0].resolve(new Uint8Array(3));
  assert.deepEqual((await Promise.all(both)).map((bytes) => bytes.length), [3, 3]);
  await cache.segment(item, 'flac', 0, new AbortController().signal);
  assert.equal(asked.length, 1);
});

test('a request is cancelled when the last one who wanted it is gone, and can be made again', async () => {
  const { asked, source } = manualSource();
  const cache = new MediaCache(source);
  const [first, second] = [new AbortController(), new AbortController()];
  const waits = [first, second].map(({ signal }) => assert.rejects(cache.segment(item, 'flac', 1, signal), { message: 'gone' }));
  first.abort(new Error('gone'));
  assert.equal(asked[0].signal.aborted, false);
  second.abort(new Error('gone'));
  assert.equal(asked[0].signal.aborted, true);
  await Promise.all(waits);
  cache.segment(item, 'flac', 1, new AbortController().signal);
  assert.equal(asked.length, 2);
});

test('a failure is not kept', async () => {
  const { asked, source } = manualSource();
  const cache = new MediaCache(source);
  const failed = assert.rejects(cache.segment(item, 'flac', 2, new AbortController().signal));
  asked[0].reject(new Error('no'));
  await failed;
  cache.segment(item, 'flac', 2, new AbortController().signal);
  assert.equal(asked.length, 2);
});

test('lets the oldest go when there is too much', async () => {
  const { asked, source } = manualSource();
  const cache = new MediaCache(source, 10);
  for (const index of [0, 1, 2]) {
    const got = cache.segment(item, 'flac', index, new AbortController().signal);
    asked[index].resolve(new Uint8Array(5));
    await got;
  }
  cache.segment(item, 'flac', 2, new AbortController().signal);
  assert.equal(asked.length, 3);
  cache.segment(item, 'flac', 0, new AbortController().signal);
  assert.equal(asked.length, 4);
});
