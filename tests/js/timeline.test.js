import assert from 'node:assert/strict';
import { test } from 'node:test';

import { durationSeconds, firstSegmentAt, placement, segmentAt, segmentCount, segmentEnd, segmentIndexAt } from '../../assets/player/audio/timeline.js';

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
  const { timestampOffset, windowStart, windowEnd } = placement(timeline, 100, 7);
  assert.equal(timestampOffset, 100 - 0.08);
  assert.equal(windowStart, 100);
  assert.equal(windowEnd, 100 + durationSeconds(timeline));
});

test('an empty timeline has no segments', () => {
  const empty = { ...timeline, duration: 0, runs: [] };
  assert.deepEqual([segmentCount(empty), segmentIndexAt(empty, 3), segmentAt(empty, 0)], [0, 0, null]);
});

test('bare frames are put where their own times would be', () => {
  const bare = { ...timeline, mime: 'audio/mpeg' };
  const offset = (index) => placement(bare, 100, index).timestampOffset;
  assert.equal(offset(0), 100 - 0.08);
  assert.equal(offset(1), 101);
  assert.equal(offset(2), 105);
});

test('sound near a segment’s start begins with the segment before', () => {
  assert.deepEqual([1.05, 1.2, 5, 0.05].map((at) => firstSegmentAt(timeline, at, true)), [0, 1, 1, 0]);
  assert.deepEqual([1.05, 1.2, 5, 0.05].map((at) => firstSegmentAt(timeline, at, false)), [1, 1, 2, 0]);
});

test('the last segment ends with the content, however far it runs over', () => {
  assert.equal(segmentEnd(timeline, 0), 1);
  assert.equal(segmentEnd({ ...timeline, duration: 9_500_000 }, segmentCount(timeline) - 1), 9_500_000 / 48000);
});
