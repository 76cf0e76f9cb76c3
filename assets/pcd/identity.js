/** The player's identity: an Ed25519 key pair that this browser made, keeps, and cannot export. */

import { encodeBase64Url } from './base64url.js';
import { HostError } from './driver.js';

/** @typedef {import('./proof.js').Identity} Identity */

const DATABASE = 'iroam-player';
const STORE = 'keys';
const RECORD = 'player';

/**
 * The pair kept in IndexedDB, made on first use. Where the database is refused (private windows) it lives as long as the page.
 * @returns {Promise<Identity>}
 */
export async function loadIdentity() {
  const pair = await keptPair().catch((error) => {
    if (error instanceof HostError) throw error;
    return makePair();
  });
  const raw = await crypto.subtle.exportKey('raw', pair.publicKey);
  return { pair, key: encodeBase64Url(new Uint8Array(raw)) };
}

/** @returns {Promise<CryptoKeyPair>} */
async function keptPair() {
  const database = await openDatabase();
  try {
    const kept = await settle(records(database, 'readonly').get(RECORD));
    if (kept) return kept;
    const made = await makePair();
    // Another tab may have been faster: the pair that is stored counts.
    await settle(records(database, 'readwrite').add(made, RECORD)).catch(() => {});
    return (await settle(records(database, 'readonly').get(RECORD))) ?? made;
  } finally {
    database.close();
  }
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

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return settle(request);
}

/**
 * @param {IDBDatabase} database
 * @param {IDBTransactionMode} mode
 */
function records(database, mode) {
  return database.transaction(STORE, mode).objectStore(STORE);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settle(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
