/** The player's identity: an Ed25519 key pair that this browser made, keeps, and cannot export. */

import { encodeBase64Url } from './base64url.js';
import { HostError } from './driver.js';
import { keptRecord } from './records.js';

/** @typedef {import('./proof.js').Identity} Identity */

const RECORD = 'player';

/**
 * The pair kept in IndexedDB, made on first use. Where the database is refused (private windows) it lives as long as the page.
 * @returns {Promise<Identity>}
 */
export async function loadIdentity() {
  const pair = await keptRecord(RECORD, makePair).catch((error) => {
    if (error instanceof HostError) throw error;
    return makePair();
  });
  const raw = await crypto.subtle.exportKey('raw', pair.publicKey);
  return { pair, key: encodeBase64Url(new Uint8Array(raw)) };
}

/** @returns {Promise<CryptoKeyPair>} */
async function makePair() {
  if (!globalThis.crypto?.subtle) {
    throw new HostError('insecure_page', 'the player needs a secure page: open it by https:// or on localhost');
  }
  try {
    return /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']));
  } catch {
    throw new HostError('old_browser', 'this browser cannot make an Ed25519 key: update it (Chrome 137, Firefox 129, Safari 17 or newer)');
  }
}
