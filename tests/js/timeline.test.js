import assert from 'node:assert/strict';
import { test } from 'node:test';

import { durationSeconds, placement, segmentAt, segmentCount, segmentIndexAt } from '../../assets/player/audio/timeline.js';

const timeline = { mime: '', timescale: 48000, lead_in: 3840, duration: 9_600_000, runs: [[48000, 1], [192000, 49], [144000, 1]] };

test('segments tile the content', () => {
  let at = 0;
  for (let index = 0; index < segmentCount(timeline); index += 1) {
    const { start, length } = segmentAt(timeline, index);
    assert.equal(start, at);
    at += length;
  }
  assert.equal(at, timeline.duration);
  assert.equal(segmentAt(timeline, segmentCount(timeline)), null);
});

test('finds the segment of every time, its edges included', () => {
  for (let index = 0; index < segmentCount(timeline); index += 1) {
    const { start, length } = segmentAt(timeline, index);
    assert.equal(segmentIndexAt(timeline, start / 48000), index);
    assert.equal(segmentIndexAt(timeline, (start + length - 1) / 48000), index);
  }
  assert.equal(segmentIndexAt(timeline, 1e9), segmentCount(timeline) - 1);
  assert.equal(segmentIndexAt(timeline, -5), 0);
});

test('places a track so that its warm-up falls before the window and its end is exact', () => {
  const { timestampOffset, windowStart, windowEnd } = placement(timeline, 100);
  assert.equal(timestampOffset, 100 - 0.08);
  assert.equal(windowStart, 100);
  assert.equal(windowEnd, 100 + durationSeconds(timeline));
});

test('an empty timeline has no segments', () => {
  const empty = { ...timeline, duration: 0, runs: [] };
  assert.deepEqual([segmentCount(empty), segmentIndexAt(empty, 3), segmentAt(empty, 0)], [0, 0, null]);
});
