/** Which rows of a long list are in view. Pure. */

/** Rows kept ready above and below what is seen. */
const OVERSCAN = 8;

/**
 * @param {{ scrollTop: number, height: number, rowHeight: number, total: number }} view pixels and rows
 * @returns {{ first: number, last: number }} `last` below `first` when there is nothing
 */
export function visibleRows({ scrollTop, height, rowHeight, total }) {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN);
  const last = Math.min(total - 1, Math.ceil((scrollTop + height) / rowHeight) + OVERSCAN);
  return { first, last };
}

/**
 * The scroll position that shows row `index`, as near as can be to where it is.
 * @param {{ scrollTop: number, height: number, rowHeight: number }} view
 * @param {number} index
 */
export function scrollToShow({ scrollTop, height, rowHeight }, index) {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - height);
}
