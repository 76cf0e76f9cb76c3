/** Length-prefixed frames: `length: u32 big-endian, 1..=limit | payload`. The twin of `src/protocol/frame.rs`. */

/** @typedef {import('./driver.js').Bytes} Bytes */
/** @typedef {'too_long' | 'empty' | 'unfinished'} FrameErrorCode */

/** Bytes of the length prefix. */
export const PREFIX_BYTES = 4;

/** Longest payloads, bytes. */
export const LIMITS = Object.freeze({ auth: 4 * 1024, request: 16 * 1024, replyHeader: 256 * 1024 });

export class FrameError extends Error {
  /**
   * @param {FrameErrorCode} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'FrameError';
    this.code = code;
  }
}

/**
 * Prefixes `payload` with its length.
 * @param {Uint8Array} payload
 * @param {number} limit
 * @returns {Bytes}
 */
export function encodeFrame(payload, limit) {
  checkLength(payload.length, limit);
  const out = new Uint8Array(PREFIX_BYTES + payload.length);
  new DataView(out.buffer).setUint32(0, payload.length);
  out.set(payload, PREFIX_BYTES);
  return out;
}

/**
 * @param {Uint8Array[]} parts
 * @returns {Bytes}
 */
export function concat(parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Takes bytes as they arrive, gives frames as they become whole. */
export class FrameDecoder {
  /** @type {Bytes} */
  #pending = new Uint8Array(0);

  /** @param {Uint8Array} bytes */
  push(bytes) {
    this.#pending = concat([this.#pending, bytes]);
  }

  /**
   * The next whole frame's payload, `null` until more bytes come.
   * @param {number} limit
   * @returns {Bytes | null}
   */
  nextFrame(limit) {
    if (this.#pending.length < PREFIX_BYTES) return null;
    const length = this.#announced();
    checkLength(length, limit);
    const end = PREFIX_BYTES + length;
    if (this.#pending.length < end) return null;
    const payload = this.#pending.slice(PREFIX_BYTES, end);
    this.#pending = this.#pending.slice(end);
    return payload;
  }

  /** Bytes that came after the last whole frame: a reply's body begins with them. */
  rest() {
    return this.#pending;
  }

  /** The sender has finished: what is pending must be nothing. */
  finish() {
    const got = this.#pending.length;
    if (got === 0) return;
    const [have, length] = got < PREFIX_BYTES ? [got, PREFIX_BYTES] : [got - PREFIX_BYTES, this.#announced()];
    throw new FrameError('unfinished', `a frame ended after ${have} of ${length} bytes`);
  }

  #announced() {
    const { buffer, byteOffset, byteLength } = this.#pending;
    return new DataView(buffer, byteOffset, byteLength).getUint32(0);
  }
}

/**
 * @param {number} length
 * @param {number} limit
 */
function checkLength(length, limit) {
  if (length === 0) throw new FrameError('empty', 'a frame is empty');
  if (length > limit) throw new FrameError('too_long', `a frame of ${length} bytes is longer than the limit of ${limit}`);
}
