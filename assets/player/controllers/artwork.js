/** Covers: fetched when shown, a few kept, let go when others push them out. */

import { shownTrack } from '../store/selectors.js';

/** @typedef {import('../types.js').Store} Store */

const COVERS_MAX = 40;

export class Artwork {
  /** Blob URLs by art id, least recently used first. @type {Map<string, string>} */
  #urls = new Map();
  /** @type {Set<string>} */
  #asked = new Set();
  #store;
  #hosts;

  /**
   * @param {Store} store
   * @param {import('./hosts.js').Hosts} hosts
   */
  constructor(store, hosts) {
    this.#store = store;
    this.#hosts = hosts;
    store.watch(shownTrack, (track) => {
      const hostId = store.state.playback.item?.hostId ?? store.state.hostId;
      if (track?.art && hostId) this.#show(hostId, track.art);
    });
  }

  /**
   * @param {string} hostId
   * @param {string} art
   */
  async #show(hostId, art) {
    if (this.#touch(art) || this.#asked.has(art)) return;
    this.#asked.add(art);
    try {
      const { reply, body } = await this.#hosts.client(hostId).request({ op: 'art', art }, { tries: 4 });
      this.#keep(art, URL.createObjectURL(new Blob([body], { type: pictureType(reply.content_type) })));
    } catch {
      // The note stands in for the cover.
    } finally {
      this.#asked.delete(art);
    }
  }

  /** @param {string} art */
  #touch(art) {
    const url = this.#urls.get(art);
    if (!url) return false;
    this.#urls.delete(art);
    this.#urls.set(art, url);
    return true;
  }

  /**
   * @param {string} art
   * @param {string} url
   */
  #keep(art, url) {
    this.#urls.set(art, url);
    const dropped = [...this.#urls.keys()].slice(0, Math.max(0, this.#urls.size - COVERS_MAX));
    const urls = dropped.map((old) => this.#urls.get(old) ?? '');
    for (const old of dropped) this.#urls.delete(old);
    this.#store.dispatch({ type: 'art', art: Object.fromEntries(this.#urls) });
    // The page has stopped showing them by the time it is told.
    setTimeout(() => urls.forEach((old) => URL.revokeObjectURL(old)), 1000);
  }
}

/** What a host says is a picture is shown as one, and as nothing else. @param {unknown} type */
function pictureType(type) {
  return typeof type === 'string' && /^image\/(jpeg|png|webp|gif|avif|bmp)$/.test(type) ? type : 'application/octet-stream';
}
