/** Variable-length integers of QUIC (RFC 9000, section 16). The twin of `src/protocol/seal/varint.rs`. */

/**
 * The value at the beginning of `bytes`, and how many bytes it takes; `null` until they are all there.
 * @param {Uint8Array} bytes
 * @returns {{ value: number, bytes: number } | null} A value over 2^53 is not exact: it is over every limit.
 */
export function takeVarint(bytes) {
  const first = bytes[0];
  if (first === undefined) return null;
  const length = 1 << (first >> 6);
  if (bytes.length < length) return null;
  let value = first & 0x3f;
  for (const byte of bytes.subarray(1, length)) value = value * 256 + byte;
  return { value, bytes: length };
}
