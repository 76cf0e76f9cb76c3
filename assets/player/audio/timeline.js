/** Where segments lie in a track, and where a track lies on the media element's one long timeline. Pure. */

/** @typedef {import('../types.js').Timeline} Timeline */

/**
 * @param {Timeline} timeline
 * @returns {number}
 */
export function segmentCount(timeline) {
  return timeline.runs.reduce((sum, [, count]) => sum + count, 0);
}

/**
 * Content start and length of segment `index` in timescale units, `null` past the end.
 * @param {Timeline} timeline
 * @param {number} index
 */
export function segmentAt(timeline, index) {
  let start = 0;
  let left = index;
  for (const [length, count] of timeline.runs) {
    if (left < count) return { start: start + length * left, length };
    start += length * count;
    left -= count;
  }
  return null;
}

/**
 * The segment that holds the content at `seconds`; the last one for a time past the end.
 * @param {Timeline} timeline
 * @param {number} seconds
 */
export function segmentIndexAt(timeline, seconds) {
  const at = Math.max(0, Math.floor(seconds * timeline.timescale));
  let start = 0;
  let index = 0;
  for (const [length, count] of timeline.runs) {
    const end = start + length * count;
    if (at < end) return index + Math.floor((at - start) / length);
    start = end;
    index += count;
  }
  return Math.max(0, index - 1);
}

/** @param {Timeline} timeline */
export function durationSeconds(timeline) {
  return timeline.duration / timeline.timescale;
}

/**
 * How a SourceBuffer must stand so that the track begins at `start` and ends `duration` later, to the sample: the warm-up
 * before the content falls before the window, what overruns falls behind it.
 * @param {Timeline} timeline
 * @param {number} start seconds
 */
export function placement(timeline, start) {
  return {
    timestampOffset: start - timeline.lead_in / timeline.timescale,
    windowStart: start,
    windowEnd: start + durationSeconds(timeline),
  };
}
