/** Questions about what is buffered. Pure; ranges are `[start, end]` in seconds, in order, apart. */

/** @typedef {readonly (readonly [number, number])[]} Ranges */

/** Codec frames and rounding leave ranges this far apart that play as one, seconds. */
const JOIN = 0.05;

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
 * The start of a range that begins a little after `at`, when `at` lies in a hole: where to step over it. `null` when there is none.
 * @param {Ranges} ranges
 * @param {number} at
 * @param {number} reach seconds
 */
export function stepOver(ranges, at, reach) {
  if (ranges.some(([from, to]) => from <= at && at < to)) return null;
  const next = ranges.find(([from]) => from > at && from - at <= reach);
  return next ? next[0] : null;
}

/**
 * Whether playing stands in a hole that nothing will fill: what lies at `at` is missing in one of the buffers, while what comes later is there, or nothing more is fetched.
 * @param {readonly Ranges[]} buffers
 * @param {number} at
 * @param {boolean} isWhole Whether all of the track was fetched.
 */
export function isLost(buffers, at, isWhole) {
  return buffers.some((ranges) => aheadOf(ranges, at) < JOIN && (isWhole || ranges.some(([from]) => from > at)));
}
