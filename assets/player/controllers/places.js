/** Where the listener is in long tracks and videos: told to the host while they play, and gone on from. */

import { keepsPlace, startOf } from '../lib/listening.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').QueueItem} QueueItem */

const EVERY_MS = 15_000;
/** A place that has moved by less is not told again, ms. */
const MOVED_MS = 1_000;
/** Tracks of which this page remembers the place. */
const KEPT_MAX = 500;

export class Places {
  #store;
  #hosts;
  /** By host and track, ms; the least recently played first. @type {Map<string, number>} */
  #left = new Map();
  /** @type {QueueItem | null} */
  #item = null;
  #toldMs = 0;

  /**
   * @param {Store} store
   * @param {import('./hosts.js').Hosts} hosts
   */
  constructor(store, hosts) {
    this.#store = store;
    this.#hosts = hosts;
    store.watch(({ playback }) => playback.item, (item) => this.#change(item));
    store.watch(({ playback }) => playback.paused, (paused) => paused && this.#tell());
    store.watch(({ playback }) => playback.position, (position) => this.#moved(position));
    setInterval(() => !store.state.playback.paused && this.#tell(), EVERY_MS);
    document.addEventListener('visibilitychange', () => document.hidden && this.#tell());
  }

  /** Where to begin a track, seconds. @param {QueueItem} item */
  startOf(item) {
    return startOf(item.track, this.#left.get(keyOf(item)));
  }

  /** @param {QueueItem | null} item */
  #change(item) {
    this.#tell();
    this.#item = item && keepsPlace(item.track) ? item : null;
    this.#toldMs = 0;
  }

  /** @param {number} position seconds */
  #moved(position) {
    const item = this.#item;
    if (!item || item !== this.#store.state.playback.item || position === 0) return;
    const key = keyOf(item);
    this.#left.delete(key);
    this.#left.set(key, Math.round(position * 1000));
    const oldest = this.#left.keys().next().value;
    if (this.#left.size > KEPT_MAX && oldest !== undefined) this.#left.delete(oldest);
  }

  #tell() {
    const item = this.#item;
    const placeMs = item ? (this.#left.get(keyOf(item)) ?? 0) : 0;
    if (!item || Math.abs(placeMs - this.#toldMs) < MOVED_MS) return;
    this.#toldMs = placeMs;
    // Told again soon; the last one of a host that is away is lost, and this page still knows it.
    this.#hosts.client(item.hostId).request({ op: 'resume', track: item.track.id, position_ms: placeMs }, { tries: 1 }).catch(() => {});
  }
}

/** @param {QueueItem} item */
function keyOf({ hostId, track }) {
  return `${hostId} ${track.id}`;
}
