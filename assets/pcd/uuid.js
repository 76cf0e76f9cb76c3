/**
 * The 16 bytes of a UUID (RFC 9562, section 4).
 * @param {string} uuid
 * @returns {import('./driver.js').Bytes}
 */
export function uuidBytes(uuid) {
  const pairs = uuid.replaceAll('-', '').match(/[0-9a-f]{2}/gi) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}
