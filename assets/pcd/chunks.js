/** Chunks of a segment (`moof` and `mdat`, ISO/IEC 14496-12) cut from bytes as they come, so that each can be played before the next is made. */

import { ConnectionError } from './driver.js';
import { concat } from './frame.js';

/** @typedef {import('./driver.js').Bytes} Bytes */

const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;
const MDAT = 0x6d646174;

export class ChunkReader {
  /** @type {Bytes[]} */
  #pieces = [];
  #held = 0;
  /** Where the next box begins, counted from the first byte held. */
  #at = 0;
  #bytesMax;
  /** Chunks that have come wholly. */
  count = 0;

  /** @param {number} bytesMax No chunk is longer. */
  constructor(bytesMax) {
    this.#bytesMax = bytesMax;
  }

  /** @param {Bytes} bytes */
  push(bytes) {
    this.#pieces.push(bytes);
    this.#held += bytes.length;
  }

  /** The next whole chunk, `null` until more bytes come. @returns {Bytes | null} */
  next() {
    for (let box = this.#box(); box; box = this.#box()) {
      const end = this.#at + box.length;
      if (end > this.#bytesMax) throw new ConnectionError('a chunk is longer than any honest one');
      if (this.#held < end) return null;
      this.#at = end;
      if (box.type === MDAT) return this.#take();
    }
    return null;
  }

  /** Bytes that belong to no whole chunk. */
  get rest() {
    return this.#held;
  }

  /** @returns {{ length: number, type: number } | null} */
  #box() {
    if (this.#held < this.#at + HEADER_BYTES) return null;
    const bytes = this.#joined();
    const view = new DataView(bytes.buffer, bytes.byteOffset + this.#at);
    const [short, type] = [view.getUint32(0), view.getUint32(4)];
    if (short !== 1) return { length: checked(short, HEADER_BYTES), type };
    if (bytes.length < this.#at + LARGE_HEADER_BYTES) return null;
    return { length: checked(Number(view.getBigUint64(8)), LARGE_HEADER_BYTES), type };
  }

  #take() {
    const bytes = this.#joined();
    const chunk = bytes.slice(0, this.#at);
    this.#pieces = [bytes.subarray(this.#at)];
    this.#held -= this.#at;
    this.#at = 0;
    this.count += 1;
    return chunk;
  }

  /** @returns {Bytes} */
  #joined() {
    if (this.#pieces.length !== 1) this.#pieces = [concat(this.#pieces)];
    return this.#pieces[0];
  }
}

/**
 * @param {number} length
 * @param {number} least
 */
function checked(length, least) {
  if (length < least) throw new ConnectionError('a segment holds a box of no length');
  return length;
}
