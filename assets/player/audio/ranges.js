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
