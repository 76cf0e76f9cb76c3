/** Which host it is: its identity key, noted when it is first met, and its key of these days, signed by that. */

import { decodeBase64Url } from './base64url.js';
import { HostError } from './driver.js';
import { concat } from './frame.js';
import { keptRecord } from './records.js';
import { uuidBytes } from './uuid.js';

/** @typedef {import('./driver.js').Bytes} Bytes */

/**
 * As a session tells it.
 * @typedef {object} HostKeys
 * @property {string} key The host's Ed25519 identity, base64url.
 * @property {{ key: string, not_after_ms: number, signature: string } | null} prekey `null` while the host is off line.
 */

const utf8 = new TextEncoder();
const STATEMENT = utf8.encode('iroam prekey v1\n');
/** A prekey lives for two days, by the server's clock; this browser's may be off by days, and by more nothing on the web works. */
const CLOCK_GRACE_MS = 7 * 24 * 60 * 60 * 1000;

export class HostTrust {
  #hostId;
  #keep;
  #now;
  /** What was found to be signed, as text: `identity key signature until`. */
  #checked = '';

  /**
   * @param {string} hostId
   * @param {object} [options]
   * @param {(name: string, make: () => Promise<string>) => Promise<string>} [options.keep]
   * @param {() => number} [options.now]
   */
  constructor(hostId, { keep = keptOrMet, now = Date.now } = {}) {
    this.#hostId = hostId;
    this.#keep = keep;
    this.#now = now;
  }

  /**
   * The host's prekey, once it is known to be the host's own.
   * @param {HostKeys} keys
   * @returns {Promise<import('./seal.js').Prekey>}
   */
  async prekey({ key: identity, prekey }) {
    if (!prekey) throw new HostError('host_offline', 'the host is not connected');
    if (prekey.not_after_ms + CLOCK_GRACE_MS < this.#now()) {
      throw new HostError('clock_wrong', 'the host’s key is out of date: the clock of this computer or of the host is wrong');
    }
    const key = decodeBase64Url(prekey.key);
    const told = [identity, prekey.key, prekey.signature, prekey.not_after_ms].join(' ');
    if (this.#checked === told) return { key };
    if (key.length !== 32 || !(await this.#isSigned(identity, key, prekey))) {
      throw new HostError('host_key_changed', 'the host’s key was not signed by the host');
    }
    // Noted only when it has proved itself: a wrong answer must not be what is kept.
    const noted = await this.#keep(`host:${this.#hostId}`, async () => identity);
    if (noted !== identity) throw new HostError('host_key_changed', 'the host shows another key than before');
    this.#checked = told;
    return { key };
  }

  /**
   * @param {string} identity
   * @param {Bytes} key
   * @param {{ not_after_ms: number, signature: string }} prekey
   */
  async #isSigned(identity, key, { not_after_ms, signature }) {
    const until = new Uint8Array(8);
    new DataView(until.buffer).setBigInt64(0, BigInt(not_after_ms));
    const statement = concat([STATEMENT, uuidBytes(this.#hostId), key, until]);
    const verifier = await crypto.subtle.importKey('raw', decodeBase64Url(identity), 'Ed25519', false, ['verify']);
    return crypto.subtle.verify('Ed25519', verifier, decodeBase64Url(signature), statement);
  }
}

/** Whom this page has met. @type {Map<string, string>} */
const met = new Map();

/**
 * Where the database is refused (private windows) a host is met anew with each page.
 * @param {string} name
 * @param {() => Promise<string>} make
 */
async function keptOrMet(name, make) {
  const known = met.get(name);
  const noted = known ?? (await keptRecord(name, make).catch(make));
  met.set(name, noted);
  return noted;
}
