/** What this browser keeps for itself: keys, in IndexedDB. */

const DATABASE = 'iroam-player';
const STORE = 'keys';

/**
 * The record of this name, made by `make` when there is none.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} make
 * @returns {Promise<T>}
 */
export async function keptRecord(name, make) {
  const database = await openDatabase();
  try {
    const kept = await settle(records(database, 'readonly').get(name));
    if (kept) return kept;
    const made = await make();
    // Another tab may have been faster: what is stored counts.
    await settle(records(database, 'readwrite').add(made, name)).catch(() => {});
    return (await settle(records(database, 'readonly').get(name))) ?? made;
  } finally {
    database.close();
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
