/** Questions about what is buffered. Pure; ranges are `[start, end]` in seconds, in order, apart. */

/** @typedef {readonly (readonly [number, number])[]} Ranges */

/** Codec frames and rounding leave ranges this far apart that play as one, seconds. */
const JOIN = 0.05;
/** A browser stops a little before a hole: some frames are too few to begin with, seconds. */
const NEAR_S = 0.5;

/**
 * Seconds that play on from `at` without a hole; 0 when `at` itself is not there.
 * @param {Ranges} ranges
 * @param {number} at
 */
export function aheadOf(ranges, at) {
  let end = at;
  let inside = false;
  for (const [from, to] of ranges) {
    if (from <= end + JOIN && to > end) {
      end = to;
      inside = true;
    }
  }
  return inside ? end - at : 0;
}

/**
 * Seconds from `at` to the end of all there is, holes included.
 * @param {Ranges} ranges
 * @param {number} at
 */
export function leadOf(ranges, at) {
  const last = ranges.at(-1);
  return last ? Math.max(0, last[1] - at) : 0;
}

/**
 * The start of a range that begins a little after `at`, when `at` lies in a hole or just before: where to step over it. `null` when there is none.
 * @param {Ranges} ranges
 * @param {number} at
 * @param {number} reach seconds
 */
export function stepOver(ranges, at, reach) {
  if (ranges.some(([from, to]) => from <= at && at < to - NEAR_S)) return null;
  const next = ranges.find(([from]) => from > at && from - at <= reach);
  return next ? next[0] : null;
}

/**
 * Whether playing stands at a hole that nothing will fill: what lies there is missing in one of the buffers, while what comes later is there, or nothing more is fetched.
 * @param {readonly Ranges[]} buffers
 * @param {number} at
 * @param {boolean} isWhole Whether all of the track was fetched.
 */
export function isLost(buffers, at, isWhole) {
  return buffers.some((ranges) => aheadOf(ranges, at) < NEAR_S && (isWhole || ranges.some(([from]) => from > at)));
}

/**
 * Whether playing waits for what does not exist: one part of a track is over, as `ends` say, while another goes on and is there.
 * @param {readonly Ranges[]} buffers
 * @param {readonly number[]} ends Where each part ends, seconds.
 * @param {number} at
 */
export function isPartOver(buffers, ends, at) {
  const goesOn = buffers.filter((_, index) => !isOver(ends[index], at));
  return goesOn.length > 0 && goesOn.length < buffers.length && goesOn.every((ranges) => aheadOf(ranges, at) >= NEAR_S);
}

/**
 * Whether a part has nothing more to give that is worth waiting for.
 * @param {number | undefined} end seconds
 * @param {number} at
 */
export function isOver(end, at) {
  return end !== undefined && at > end - NEAR_S;
}
