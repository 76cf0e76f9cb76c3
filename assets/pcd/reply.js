/** Reading a reply: the header frame, then the body, checked against the announced length. */

import { ConnectionError, HostError } from './driver.js';
import { concat, FrameDecoder, FrameError, LIMITS } from './frame.js';

/** @typedef {import('./driver.js').Bytes} Bytes */
/** @typedef {{ reply: any, body: Bytes }} Reply */

/** No honest body is longer: a segment of video is a few megabytes. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/**
 * @param {AsyncIterable<Bytes>} pieces
 * @returns {Promise<Reply>}
 */
export async function readReply(pieces) {
  const decoder = new FrameDecoder();
  /** @type {{ length: number | null, reply: any } | null} */
  let header = null;
  /** @type {Bytes[]} */
  const body = [];
  let got = 0;
  for await (const piece of pieces) {
    let fresh = piece;
    if (!header) {
      decoder.push(piece);
      header = readHeader(decoder);
      if (!header) continue;
      fresh = decoder.rest();
    }
    got += fresh.length;
    if (got > (header.length ?? BODY_BYTES_MAX)) throw new ConnectionError('a reply was longer than announced');
    body.push(fresh);
  }
  if (!header) throw new ConnectionError('a reply ended before its header');
  if (header.length !== null && got < header.length) throw new ConnectionError(`a reply was cut after ${got} of ${header.length} bytes`);
  return { reply: header.reply, body: concat(body) };
}

/** @param {FrameDecoder} decoder */
function readHeader(decoder) {
  const payload = nextFrame(decoder);
  if (!payload) return null;
  const header = parse(payload);
  if (header.status === 'ok') {
    const length = typeof header.length === 'number' ? Math.min(header.length, BODY_BYTES_MAX) : null;
    return { length, reply: header.reply };
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
