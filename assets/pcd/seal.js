/**
 * Sealing: what the relay carries, so that the server in the middle reads none of it. The twin of `src/protocol/seal`.
 * HPKE (RFC 9180, base mode, X25519, HKDF-SHA256, AES-128-GCM) for the request, chunks as in chunked Oblivious HTTP for its reply.
 */

import { ConnectionError, HostError } from './driver.js';
import { concat, FrameDecoder, LIMITS } from './frame.js';
import { uuidBytes } from './uuid.js';
import { takeVarint } from './varint.js';

/** @typedef {import('./driver.js').Bytes} Bytes */

/**
 * A host's key of these days, already found to be the host's own.
 * @typedef {object} Prekey
 * @property {Bytes} key X25519, 32 bytes.
 */

/**
 * What opens the reply to one request.
 * @typedef {object} Context
 * @property {Bytes} enc
 * @property {Bytes} secret Exported for the reply.
 */

const VERSION = 1;
const NONCE_BYTES = 16;
const TAG_BYTES = 16;
const CHUNK_BYTES_MAX = 64 * 1024;
const REPLY_OPEN = 0;
const REPLY_SEALED = 1;
const PREKEY_ID_BYTES = 8;

const utf8 = new TextEncoder();
const FINAL = utf8.encode('final');
const NOTHING = new Uint8Array(0);
const REQUEST_INFO = utf8.encode('iroam relay request v1\n');
const REPLY_LABEL = utf8.encode('iroam relay reply v1');
const HPKE_VERSION = utf8.encode('HPKE-v1');
/** DHKEM(X25519, HKDF-SHA256); then with HKDF-SHA256 and AES-128-GCM (RFC 9180, section 7). */
const KEM_SUITE = concat([utf8.encode('KEM'), Uint8Array.of(0, 0x20)]);
const SUITE = concat([utf8.encode('HPKE'), Uint8Array.of(0, 0x20, 0, 1, 0, 1)]);

/** An error in its frame. */
const OPEN_BYTES_MAX = 4 * 1024;

/**
 * What a host may answer without having opened the request. Anybody on the way can say so as well: it leads to asking again, and to nothing else.
 */
const OPEN_ANSWERS = new Set(['prekey_unknown', 'busy', 'unsupported_version']);

/**
 * @param {Bytes} request
 * @param {object} options
 * @param {string} options.hostId
 * @param {Prekey} options.prekey
 * @param {number} options.urgency 0 (most) to 7
 * @param {CryptoKeyPair} [options.ephemeral] For the tests alone: a pair is good for one request.
 * @returns {Promise<{ wire: Bytes, context: Context }>}
 */
export async function sealRequest(request, { hostId, prekey, urgency, ephemeral }) {
  const info = concat([REQUEST_INFO, uuidBytes(hostId)]);
  const { enc, key, nonce, exporter } = await setUpSender(prekey.key, info, ephemeral);
  const id = (await sha256(prekey.key)).subarray(0, PREKEY_ID_BYTES);
  const head = concat([Uint8Array.of(VERSION, urgency), id]);
  const [sealed, secret] = await Promise.all([
    encrypt(key, nonce, head, request),
    labeledExpand(SUITE, exporter, 'sec', REPLY_LABEL, NONCE_BYTES),
  ]);
  return { wire: concat([head, enc, sealed]), context: { enc, secret } };
}

/**
 * The reply's plain bytes as they come. What was cut or changed on the way is a `ConnectionError`, never half a reply taken for a whole one.
 * @param {AsyncIterable<Bytes>} pieces
 * @param {Context} context
 * @returns {AsyncGenerator<Bytes>}
 */
export async function* openReply(pieces, context) {
  /** @type {Bytes} */
  let pending = NOTHING;
  /** @type {ChunkOpener | null} */
  let opener = null;
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    pending = pending.length === 0 ? piece : concat([pending, piece]);
    if (opener === null) {
      if (pending[0] === REPLY_OPEN) {
        if (pending.length > OPEN_BYTES_MAX) throw new ConnectionError('an answer in the open is too long');
        continue;
      }
      if (pending[0] !== REPLY_SEALED) throw new ConnectionError('the reply is not sealed');
      if (pending.length < 1 + NONCE_BYTES) continue;
      opener = await ChunkOpener.make(context, pending.slice(1, 1 + NONCE_BYTES));
      pending = pending.subarray(1 + NONCE_BYTES);
    }
    for (let chunk = opener.next(pending); chunk; chunk = opener.next(pending)) {
      pending = pending.subarray(chunk.end);
      if (chunk.sealed) yield await opener.open(chunk.sealed, false);
    }
  }
  if (opener === null) throw openAnswer(pending);
  if (!opener.isEnding) throw new ConnectionError('the reply was cut');
  const last = await opener.open(pending, true);
  if (last.length > 0) yield last;
}

/** Opens a reply's chunks, in their order. */
class ChunkOpener {
  #key;
  #nonce;
  #count = 0;
  /** The zero that comes before the last chunk was read. */
  isEnding = false;

  /**
   * @param {CryptoKey} key
   * @param {Bytes} nonce
   */
  constructor(key, nonce) {
    this.#key = key;
    this.#nonce = nonce;
  }

  /**
   * RFC 9458, section 4.4.
   * @param {Context} context
   * @param {Bytes} nonce
   */
  static async make({ enc, secret }, nonce) {
    const derived = await hmac(concat([enc, nonce]), secret);
    const [key, base] = await Promise.all([expand(derived, utf8.encode('key'), 16), expand(derived, utf8.encode('nonce'), 12)]);
    return new ChunkOpener(await importAes(key, 'decrypt'), base);
  }

  /**
   * The chunk at the beginning of `pending`, once it is whole; `sealed` is `null` for the zero that comes before the last one.
   * @param {Bytes} pending
   * @returns {{ sealed: Bytes | null, end: number } | null}
   */
  next(pending) {
    if (this.isEnding) {
      if (pending.length > CHUNK_BYTES_MAX + TAG_BYTES) throw new ConnectionError('the reply goes on after its end');
      return null;
    }
    const length = takeVarint(pending);
    if (length === null) return null;
    if (length.value === 0) {
      this.isEnding = true;
      return { sealed: null, end: length.bytes };
    }
    if (length.value > CHUNK_BYTES_MAX + TAG_BYTES) throw new ConnectionError('a chunk of the reply is too long');
    const end = length.bytes + length.value;
    return pending.length < end ? null : { sealed: pending.subarray(length.bytes, end), end };
  }

  /**
   * @param {Bytes} sealed
   * @param {boolean} isLast
   * @returns {Promise<Bytes>}
   */
  async open(sealed, isLast) {
    const nonce = this.#nonce.slice();
    const view = new DataView(nonce.buffer);
    // A reply has far fewer than 2^32 chunks.
    view.setUint32(8, view.getUint32(8) ^ this.#count);
    this.#count += 1;
    try {
      const parameters = { name: 'AES-GCM', iv: nonce, additionalData: isLast ? FINAL : NOTHING };
      return new Uint8Array(await crypto.subtle.decrypt(parameters, this.#key, sealed));
    } catch {
      throw new ConnectionError('the reply was changed on the way');
    }
  }
}

/** @param {Bytes} pending */
function openAnswer(pending) {
  const cut = new ConnectionError('the reply was cut');
  try {
    const decoder = new FrameDecoder();
    decoder.push(pending.subarray(1));
    const payload = decoder.nextFrame(LIMITS.replyHeader);
    const { error } = payload ? JSON.parse(new TextDecoder().decode(payload)) : { error: null };
    return OPEN_ANSWERS.has(error?.code) ? new HostError(error.code, String(error.detail ?? '')) : cut;
  } catch {
    return cut;
  }
}

/**
 * SetupBaseS (RFC 9180, section 5.1.1).
 * @param {Bytes} receiver
 * @param {Bytes} info
 * @param {CryptoKeyPair} [pair]
 */
export async function setUpSender(receiver, info, pair) {
  const [publicKey, ephemeral] = await Promise.all([
    crypto.subtle.importKey('raw', receiver, 'X25519', false, []),
    pair ?? /** @type {Promise<CryptoKeyPair>} */ (crypto.subtle.generateKey('X25519', false, ['deriveBits'])),
  ]);
  const [raw, shared] = await Promise.all([
    crypto.subtle.exportKey('raw', ephemeral.publicKey),
    crypto.subtle.deriveBits({ name: 'X25519', public: publicKey }, ephemeral.privateKey, 256),
  ]);
  const enc = new Uint8Array(raw);
  const derived = await labeledExtract(KEM_SUITE, NOTHING, 'eae_prk', new Uint8Array(shared));
  const sharedSecret = await labeledExpand(KEM_SUITE, derived, 'shared_secret', concat([enc, receiver]), 32);
  return { enc, ...(await keySchedule(sharedSecret, info)) };
}

/**
 * @param {Bytes} sharedSecret
 * @param {Bytes} info
 */
async function keySchedule(sharedSecret, info) {
  const [noPsk, infoHash, secret] = await Promise.all([
    labeledExtract(SUITE, NOTHING, 'psk_id_hash', NOTHING),
    labeledExtract(SUITE, NOTHING, 'info_hash', info),
    labeledExtract(SUITE, sharedSecret, 'secret', NOTHING),
  ]);
  const context = concat([Uint8Array.of(0), noPsk, infoHash]);
  const [key, nonce, exporter] = await Promise.all([
    labeledExpand(SUITE, secret, 'key', context, 16),
    labeledExpand(SUITE, secret, 'base_nonce', context, 12),
    labeledExpand(SUITE, secret, 'exp', context, 32),
  ]);
  return { key: await importAes(key, 'encrypt'), nonce, exporter };
}

/**
 * @param {CryptoKey} key
 * @param {Bytes} nonce
 * @param {Bytes} additionalData
 * @param {Bytes} plain
 */
export async function encrypt(key, nonce, additionalData, plain) {
  return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData }, key, plain));
}

/**
 * RFC 9180, section 4.
 * @param {Bytes} suite
 * @param {Bytes} salt
 * @param {string} label
 * @param {Bytes} material
 */
function labeledExtract(suite, salt, label, material) {
  return hmac(salt, concat([HPKE_VERSION, suite, utf8.encode(label), material]));
}

/**
 * @param {Bytes} suite
 * @param {Bytes} secret
 * @param {string} label
 * @param {Bytes} info
 * @param {number} bytes 32 at most
 */
export function labeledExpand(suite, secret, label, info, bytes) {
  return expand(secret, concat([Uint8Array.of(0, bytes), HPKE_VERSION, suite, utf8.encode(label), info]), bytes);
}

/** For the tests. */
export const SUITES = Object.freeze({ hpke: SUITE });

/**
 * HKDF-Expand (RFC 5869) of one block.
 * @param {Bytes} secret
 * @param {Bytes} info
 * @param {number} bytes 32 at most
 */
async function expand(secret, info, bytes) {
  return (await hmac(secret, concat([info, Uint8Array.of(1)]))).slice(0, bytes);
}

/**
 * @param {Bytes} key
 * @param {Bytes} message
 */
async function hmac(key, message) {
  // HMAC pads its key with zeros, so a zero one is the empty one, which browsers refuse.
  const raw = key.length === 0 ? new Uint8Array(32) : key;
  const imported = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, message));
}

/**
 * @param {Bytes} key
 * @param {'encrypt' | 'decrypt'} usage
 */
function importAes(key, usage) {
  return crypto.subtle.importKey('raw', key, 'AES-GCM', false, [usage]);
}

/** @param {Bytes} bytes */
async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
