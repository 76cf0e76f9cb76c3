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
/** Clocks of home PCs and browsers differ; a prekey lives for two days. */
const CLOCK_GRACE_MS = 24 * 60 * 60 * 1000;

export class HostTrust {
  #hostId;
  #keep;
  #now;
  /** @type {{ key: string, signature: string, checked: Bytes } | null} */
  #known = null;

  /**
   * @param {string} hostId
   * @param {object} [options]
   * @param {(name: string, make: () => Promise<string>) => Promise<string>} [options.keep]
   * @param {() => number} [options.now]
   */
  constructor(hostId, { keep = keptOrNot, now = Date.now } = {}) {
    this.#hostId = hostId;
    this.#keep = keep;
    this.#now = now;
  }

  /**
   * The host's prekey, once it is known to be the host's own.
   * @param {HostKeys} keys
   * @returns {Promise<import('./seal.js').Prekey>}
   */
  async prekey({ key, prekey }) {
    if (!prekey) throw new HostError('host_offline', 'the host is not connected');
    if (this.#known?.key === prekey.key && this.#known.signature === prekey.signature) return { key: this.#known.checked };
    const noted = await this.#keep(`host:${this.#hostId}`, async () => key);
    if (noted !== key) throw new HostError('host_key_changed', 'the host shows another key than before: somebody may be in between. Do not go on before its owner has told you the new one');
    if (prekey.not_after_ms + CLOCK_GRACE_MS < this.#now()) throw new HostError('prekey_unknown', 'the host’s key is out of date');
    const checked = await this.#check(key, prekey);
    this.#known = { key: prekey.key, signature: prekey.signature, checked };
    return { key: checked };
  }

  /**
   * @param {string} identity
   * @param {{ key: string, not_after_ms: number, signature: string }} prekey
   */
  async #check(identity, { key, not_after_ms, signature }) {
    const bytes = decodeBase64Url(key);
    const until = new Uint8Array(8);
    new DataView(until.buffer).setBigInt64(0, BigInt(not_after_ms));
    const statement = concat([STATEMENT, uuidBytes(this.#hostId), bytes, until]);
    const verifier = await crypto.subtle.importKey('raw', decodeBase64Url(identity), 'Ed25519', false, ['verify']);
    const isItsOwn = await crypto.subtle.verify('Ed25519', verifier, decodeBase64Url(signature), statement);
    if (!isItsOwn || bytes.length !== 32) throw new HostError('host_key_changed', 'the host’s key was not signed by the host');
    return bytes;
  }
}

/**
 * Where the database is refused (private windows) a host is met anew with each page.
 * @param {string} name
 * @param {() => Promise<string>} make
 */
async function keptOrNot(name, make) {
  return keptRecord(name, make).catch(make);
}
