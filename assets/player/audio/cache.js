/** Media kept in memory for a while, and requests shared: a prefetched segment is there when it is played, and is asked for once. */

import { Arrival } from './arrival.js';

/** @typedef {import('../types.js').Wanted} Wanted */
/** @typedef {import('../types.js').MediaSourceOfTracks} MediaSourceOfTracks */

/**
 * @typedef {object} Entry
 * @property {Promise<any>} promise
 * @property {Arrival | null} arrival
 * @property {AbortController} controller
 * @property {number} waiting How many callers still want it.
 * @property {number} bytes 0 until it is here.
 */

const BYTES_MAX = 24 * 1024 * 1024;

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
   * @param {Wanted} wanted
   * @param {{ signal: AbortSignal, patient?: boolean }} options `patient`: a host that is busy is asked again until it is not.
   * @returns {Promise<import('../types.js').InitReply>}
   */
  init(wanted, { signal, patient = true }) {
    if (signal.aborted) return Promise.reject(signal.reason);
    const load = (/** @type {AbortSignal} */ own) => ({ promise: this.#source.init(wanted, { signal: own, patient }), arrival: null });
    const [name, entry] = this.#shared(`${keyOf(wanted)}/init`, load, (reply) => reply.bytes.length);
    return this.#wait(name, entry, signal);
  }

  /**
   * A segment as it comes. `whole` rejects with the signal's reason when that is aborted.
   * @param {Wanted} wanted
   * @param {number} index
   * @param {{ signal: AbortSignal, aheadMs?: number, patient?: boolean }} options `aheadMs`: how long it is not needed yet; absent for a prefetch.
   * @returns {Pick<Arrival, 'whole' | 'pieces' | 'received'>}
   */
  segment(wanted, index, { signal, aheadMs, patient = true }) {
    const load = (/** @type {AbortSignal} */ own) => {
      const arrival = new Arrival((to) => this.#source.segment(wanted, index, { signal: own, aheadMs, patient, to }));
      return { promise: arrival.whole, arrival };
    };
    const [name, entry] = this.#shared(`${keyOf(wanted)}/${index}`, load, (bytes) => bytes);
    const arrival = /** @type {Arrival} */ (entry.arrival);
    const whole = signal.aborted ? Promise.reject(signal.reason) : this.#wait(name, entry, signal);
    // It may fail before anybody waits for it; whoever waits hears of it all the same.
    whole.catch(() => {});
    return {
      whole,
      pieces: () => arrival.pieces(),
      get received() {
        return arrival.received;
      },
    };
  }

  /**
   * @template T
   * @param {string} name
   * @param {(signal: AbortSignal) => { promise: Promise<T>, arrival: Arrival | null }} load
   * @param {(value: T) => number} sizeOf
   * @returns {[string, Entry]}
   */
  #shared(name, load, sizeOf) {
    const entry = this.#entries.get(name) ?? this.#begin(name, load, sizeOf);
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return [name, entry];
  }

  /**
   * @template T
   * @param {string} key
   * @param {(signal: AbortSignal) => { promise: Promise<T>, arrival: Arrival | null }} load
   * @param {(value: T) => number} sizeOf
   * @returns {Entry}
   */
  #begin(key, load, sizeOf) {
    const controller = new AbortController();
    /** @type {Entry} */
    const entry = { ...load(controller.signal), controller, waiting: 0, bytes: 0 };
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

/** @param {Wanted} wanted */
function keyOf({ item, rendition, stream }) {
  return `${item.hostId}/${item.track.id}/${rendition}.${stream}`;
}
