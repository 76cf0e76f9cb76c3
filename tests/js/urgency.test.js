import assert from 'node:assert/strict';
import { test } from 'node:test';

import { urgencyOf } from '../../assets/pcd/urgency.js';

test('what is about to be heard goes before pictures, pages, prefetches and covers', () => {
  const order = [
    { op: 'segment', rendition: 'opus_160', ahead_ms: 900 },
    { op: 'segment', rendition: 'h264_720', ahead_ms: 900 },
    { op: 'browse' },
    { op: 'segment', rendition: 'video_copy', ahead_ms: 20_000 },
    { op: 'played' },
    { op: 'art' },
    { op: 'segment', rendition: 'flac' },
  ];
  const urgencies = order.map(urgencyOf);
  assert.deepEqual(urgencies, [...urgencies].sort((a, b) => a - b));
  assert.equal(new Set(urgencies).size, order.length);
  assert.ok([{ op: 'hasOwnProperty' }, {}].every((odd) => urgencyOf(odd) <= 7));
});
