/** Where segments lie in a track, and where a track lies on the media element's one long timeline. Pure. */

/** @typedef {import('../types.js').Timeline} Timeline */

/** What a decoder of sound may need of what is before, seconds: MP3's bit reservoir, the priming of AAC and Opus. */
const PRIMING_S = 0.1;

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
 * Where segment `index` ends, seconds of the content.
 * @param {Timeline} timeline
 * @param {number} index
 */
export function segmentEnd(timeline, index) {
  const { start, length } = segmentAt(timeline, index) ?? { start: timeline.duration, length: 0 };
  return Math.min(start + length, timeline.duration) / timeline.timescale;
}

/**
 * The segment to begin with at `seconds`. Sound is decoded with the help of what is before it: near a segment's start the one before comes along.
 * @param {Timeline} timeline
 * @param {number} seconds
 * @param {boolean} primed
 */
export function firstSegmentAt(timeline, seconds, primed) {
  const index = segmentIndexAt(timeline, seconds);
  if (!primed || index === 0) return index;
  const start = (segmentAt(timeline, index)?.start ?? 0) / timeline.timescale;
  return seconds - start < PRIMING_S ? index - 1 : index;
}

/** Bare frames without times of their own: they lie where they are put, one after another. @param {string} mime */
export function isBare(mime) {
  return mime.startsWith('audio/mpeg');
}

/**
 * How a SourceBuffer must stand so that the track begins at `start` and ends `duration` later, to the sample: the warm-up
 * before the content falls before the window, what overruns falls behind it.
 * @param {Timeline} timeline
 * @param {number} start seconds
 * @param {number} index The first segment to be appended: bare frames are put where its own times would.
 */
export function placement(timeline, start, index) {
  const { lead_in: leadIn, timescale } = timeline;
  const decodeTime = index === 0 ? 0 : (segmentAt(timeline, index)?.start ?? 0) + leadIn;
  return {
    timestampOffset: start + ((isBare(timeline.mime) ? decodeTime : 0) - leadIn) / timescale,
    windowStart: start,
    windowEnd: start + durationSeconds(timeline),
  };
}
