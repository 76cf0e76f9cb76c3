/** Reading a reply: the header frame, then the body, checked against the announced length or number of chunks. */

import { ChunkReader } from './chunks.js';
import { ConnectionError, HostError } from './driver.js';
import { concat, FrameDecoder, FrameError, LIMITS } from './frame.js';
import { unpack } from './packing.js';

/** @typedef {import('./driver.js').Bytes} Bytes */
/** @typedef {{ reply: any, body: Bytes }} Reply */
/** @typedef {{ length: number | null, encoding: string | null, chunks: number | null, reply: any }} Header */

/**
 * Told how a reply travels: by the driver every piece as it comes, and here the ends of what was sent in one go.
 * @typedef {object} Transfer
 * @property {(bytes: number) => void} got
 * @property {() => void} end
 */

/**
 * @typedef {object} ReadOptions
 * @property {(piece: Bytes) => void} [onPiece] Takes the body in its chunks, or whole when it has none; the reply's own body is then empty.
 * @property {Transfer} [transfer]
 */

/** No honest body is longer: a segment of video is a few megabytes. */
const BODY_BYTES_MAX = 96 * 1024 * 1024;

/**
 * @param {AsyncIterable<Bytes>} pieces
 * @param {ReadOptions} [options]
 * @returns {Promise<Reply>}
 */
export async function readReply(pieces, options = {}) {
  try {
    return await read(pieces, options);
  } finally {
    options.transfer?.end();
  }
}

/**
 * @param {AsyncIterable<Bytes>} pieces
 * @param {ReadOptions} options
 * @returns {Promise<Reply>}
 */
async function read(pieces, { onPiece, transfer }) {
  const decoder = new FrameDecoder();
  /** @type {Body | null} */
  let body = null;
  for await (const piece of pieces) {
    if (body) {
      body.push(piece);
      continue;
    }
    decoder.push(piece);
    const header = readHeader(decoder);
    if (!header) continue;
    body = new Body(header, onPiece, transfer);
    body.push(decoder.rest());
  }
  if (!body) throw new ConnectionError('a reply ended before its header');
  return body.end();
}

class Body {
  /** @type {Bytes[]} */
  #held = [];
  #got = 0;
  #header;
  #onPiece;
  #transfer;
  /** @type {ChunkReader | null} */
  #chunks;

  /**
   * @param {Header} header
   * @param {ReadOptions['onPiece']} onPiece
   * @param {Transfer | undefined} transfer
   */
  constructor(header, onPiece, transfer) {
    this.#header = header;
    this.#onPiece = onPiece;
    this.#transfer = transfer;
    this.#chunks = header.chunks === null ? null : new ChunkReader(BODY_BYTES_MAX);
  }

  /** @param {Bytes} piece */
  push(piece) {
    this.#got += piece.length;
    if (this.#got > (this.#header.length ?? BODY_BYTES_MAX)) throw new ConnectionError('a reply was longer than announced');
    if (!this.#chunks || !this.#onPiece) this.#held.push(piece);
    this.#chunks?.push(piece);
    for (let chunk = this.#chunks?.next(); chunk; chunk = this.#chunks?.next()) {
      // The host makes the next one while this one travels: the time between them says nothing of the way.
      this.#transfer?.end();
      this.#onPiece?.(chunk);
    }
  }

  /** @returns {Promise<Reply>} */
  async end() {
    const { length, chunks, reply } = this.#header;
    if (length !== null && this.#got < length) throw new ConnectionError(`a reply was cut after ${this.#got} of ${length} bytes`);
    if (this.#chunks && (this.#chunks.count !== chunks || this.#chunks.rest > 0)) {
      throw new ConnectionError(`a reply was cut after ${this.#chunks.count} of ${chunks} chunks`);
    }
    const { encoding } = this.#header;
    const held = concat(this.#held);
    const body = encoding === null ? held : await unpack(held, encoding, BODY_BYTES_MAX);
    if (!this.#onPiece) return { reply, body };
    if (!this.#chunks) this.#onPiece(body);
    return { reply, body: new Uint8Array(0) };
  }
}

/**
 * @param {FrameDecoder} decoder
 * @returns {Header | null}
 */
function readHeader(decoder) {
  const payload = nextFrame(decoder);
  if (!payload) return null;
  const header = parse(payload);
  if (header.status === 'ok') {
    const length = typeof header.length === 'number' ? Math.min(header.length, BODY_BYTES_MAX) : null;
    const chunks = typeof header.reply?.chunks === 'number' ? header.reply.chunks : null;
    const encoding = typeof header.encoding === 'string' ? header.encoding : null;
    return { length, encoding, chunks, reply: header.reply };
  }
  throw new HostError(String(header.error?.code ?? 'internal'), String(header.error?.detail ?? ''));
}

/** @param {FrameDecoder} decoder */
function nextFrame(decoder) {
  try {
    return decoder.nextFrame(LIMITS.replyHeader);
  } catch (error) {
    if (error instanceof FrameError) throw new HostError('bad_reply', error.message);
    throw error;
  }
}

/** @param {Bytes} payload */
function parse(payload) {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    throw new HostError('bad_reply', 'the reply header is not JSON');
  }
}
