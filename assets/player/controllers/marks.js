/** Stars and love: shown at once, and taken back when the host does not take them. */

import { errorText } from '../lib/messages.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').Track} Track */

/** Tracks in one request. */
const BATCH = 400;

export class Marks {
  #store;
  #hosts;

  /**
   * @param {Store} store
   * @param {import('./hosts.js').Hosts} hosts
   */
  constructor(store, hosts) {
    this.#store = store;
    this.#hosts = hosts;
  }

  /**
   * @param {readonly Track[]} tracks of the host that is shown
   * @param {number} rating 0 to 100, 20 for each star
   */
  rate(tracks, rating) {
    const set = (/** @type {string[]} */ ids, /** @type {number} */ value) => /** @type {const} */ ({ type: 'rating/set', ids, rating: value });
    return this.#mark(tracks, rating, set, (track) => track.listened?.rating ?? 0, (ids) => ({ op: 'rate', tracks: ids, rating }));
  }

  /**
   * @param {readonly Track[]} tracks of the host that is shown
   * @param {boolean} loved
   */
  love(tracks, loved) {
    const set = (/** @type {string[]} */ ids, /** @type {boolean} */ value) => /** @type {const} */ ({ type: 'love/set', ids, loved: value });
    return this.#mark(tracks, loved, set, (track) => track.listened?.loved ?? false, (ids) => ({ op: 'love', tracks: ids, loved }));
  }

  /**
   * @template T
   * @param {readonly Track[]} tracks
   * @param {T} value
   * @param {(ids: string[], value: T) => import('../types.js').Action} set
   * @param {(track: Track) => T} before
   * @param {(ids: string[]) => object} request
   */
  async #mark(tracks, value, set, before, request) {
    const { hostId } = this.#store.state;
    if (!hostId) return;
    for (let from = 0; from < tracks.length; from += BATCH) {
      const batch = tracks.slice(from, from + BATCH);
      const ids = batch.map(({ id }) => id);
      this.#store.dispatch(set(ids, value));
      try {
        await this.#hosts.client(hostId).request(request(ids), { tries: 3 });
      } catch (error) {
        if (hostId === this.#store.state.hostId) for (const track of batch) this.#store.dispatch(set([track.id], before(track)));
        this.#store.dispatch({ type: 'notice/show', notice: { id: 'mark', text: errorText(error), kind: 'error' } });
        return;
      }
    }
  }
}
