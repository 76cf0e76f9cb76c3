/** The middle of some numbers. */
export const median = (numbers) => quantile(numbers, 0.5);

/** The value that a share `q` of the numbers does not exceed. */
export function quantile(numbers, q) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}
