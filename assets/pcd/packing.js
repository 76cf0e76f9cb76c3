/** Bodies that come packed: in what this browser unpacks by itself. */

import { HostError } from './driver.js';
import { concat } from './frame.js';

/** @typedef {import('./driver.js').Bytes} Bytes */

/** Best first, as a host knows them. Every browser has the last one. */
export const ENCODINGS = ['zstd', 'deflate-raw'].filter((encoding) => unpacker(encoding) !== null);

/**
 * @param {Bytes} body
 * @param {string} encoding
 * @param {number} bytesMax No honest body is longer.
 * @returns {Promise<Bytes>}
 */
export async function unpack(body, encoding, bytesMax) {
  const stream = ENCODINGS.includes(encoding) ? unpacker(encoding) : null;
  if (stream === null) throw new HostError('bad_reply', `the reply is packed in a way that was not asked for: ${encoding}`);
  /** @type {Bytes[]} */
  const parts = [];
  let length = 0;
  try {
    const reader = new Blob([body]).stream().pipeThrough(stream).getReader();
    for (let read = await reader.read(); !read.done && length <= bytesMax; read = await reader.read()) {
      length += read.value.length;
      parts.push(read.value);
    }
    if (length > bytesMax) reader.cancel().catch(() => {});
  } catch {
    throw new HostError('bad_reply', 'the packed reply is broken');
  }
  if (length > bytesMax) throw new HostError('bad_reply', 'the packed reply is too long');
  return concat(parts);
}

/**
 * `null` where the browser has none for it.
 * @param {string} encoding
 * @returns {ReadableWritablePair<Bytes, Bytes> | null}
 */
function unpacker(encoding) {
  try {
    return /** @type {any} */ (new DecompressionStream(/** @type {CompressionFormat} */ (encoding)));
  } catch {
    return null;
  }
}
