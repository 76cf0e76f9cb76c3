/** Media kept in memory for a while, and requests shared: a prefetched segment is there when it is played, and is asked for once. */

/** @typedef {import('../types.js').Bytes} Bytes */
/** @typedef {import('../types.js').QueueItem} QueueItem */
/** @typedef {import('../types.js').MediaSourceOfTracks} MediaSourceOfTracks */

/**
 * @typedef {object} Entry
 * @property {Promise<any>} promise
 * @property {AbortController} controller
 * @property {number} waiting How many callers still want it.
 * @property {number} bytes 0 until it is here.
 */

const BYTES_MAX = 24 * 1024 * 1024;

/** @implements {MediaSourceOfTracks} */
export class MediaCache {
  /** Least recently used first. @type {Map<string, Entry>} */
  #entries = new Map();
  #bytes = 0;
  #source;
  #bytesMax;

  /**
   * @param {MediaSourceOfTracks} source
   * @param {number} [bytesMax]
   */
  constructor(source, bytesMax = BYTES_MAX) {
    this.#source = source;
    this.#bytesMax = bytesMax;
  }

  /**
   * @param {QueueItem} item
   * @param {string} rendition
   * @param {AbortSignal} signal
   * @returns {Promise<import('../types.js').InitReply>}
   */
  init(item, rendition, signal) {
    const load = (/** @type {AbortSignal} */ own) => this.#source.init(item, rendition, own);
    return this.#share(`${item.hostId}/${item.track.id}/${rendition}/init`, load, (reply) => reply.bytes.length, signal);
  }

  /**
   * @param {QueueItem} item
   * @param {string} rendition
   * @param {number} index
   * @param {AbortSignal} signal
   * @returns {Promise<Bytes>}
   */
  segment(item, rendition, index, signal) {
    const load = (/** @type {AbortSignal} */ own) => this.#source.segment(item, rendition, index, own);
    return this.#share(`${item.hostId}/${item.track.id}/${rendition}/${index}`, load, (bytes) => bytes.length, signal);
  }

  /**
   * @template T
   * @param {string} key
   * @param {(signal: AbortSignal) => Promise<T>} load
   * @param {(value: T) => number} sizeOf
   * @param {AbortSignal} signal
   * @returns {Promise<T>}
   */
  #share(key, load, sizeOf, signal) {
    if (signal.aborted) return Promise.reject(signal.reason);
    const entry = this.#entries.get(key) ?? this.#begin(key, load, sizeOf);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return this.#wait(key, entry, signal);
  }

  /**
   * @template T
   * @param {string} key
   * @param {(signal: AbortSignal) => Promise<T>} load
   * @param {(value: T) => number} sizeOf
   * @returns {Entry}
   */
  #begin(key, load, sizeOf) {
    const controller = new AbortController();
    /** @type {Entry} */
    const entry = { promise: load(controller.signal), controller, waiting: 0, bytes: 0 };
    entry.promise.then(
      (value) => {
        if (this.#entries.get(key) !== entry) return;
        entry.bytes = Math.max(1, sizeOf(value));
        this.#bytes += entry.bytes;
        this.#shrink();
      },
      () => this.#entries.get(key) === entry && this.#entries.delete(key),
    );
    return entry;
  }

  /**
   * The request goes on as long as one caller wants it.
   * @param {string} key
   * @param {Entry} entry
   * @param {AbortSignal} signal
   * @returns {Promise<any>}
   */
  #wait(key, entry, signal) {
    entry.waiting += 1;
    return new Promise((resolve, reject) => {
      const leave = () => {
        entry.waiting -= 1;
        if (entry.waiting === 0 && entry.bytes === 0 && this.#entries.get(key) === entry) {
          this.#entries.delete(key);
          entry.controller.abort(signal.reason);
        }
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      const settle = () => {
        signal.removeEventListener('abort', leave);
        if (!signal.aborted) entry.waiting -= 1;
      };
      entry.promise.then(
        (value) => (settle(), resolve(value)),
        (error) => (settle(), reject(error)),
      );
    });
  }

  #shrink() {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#bytesMax) return;
      if (entry.bytes === 0) continue;
      this.#entries.delete(key);
      this.#bytes -= entry.bytes;
    }
  }
}
