/** Pages of a host's library by query, kept for a while: the grid and the queue ask for the same ones. */

import { PAGE_ROWS } from '../store/list.js';

/** @typedef {import('../types.js').Query} Query */
/** @typedef {import('../types.js').Track} Track */
/** @typedef {{ total: number, tracks: Track[] }} Page */

const PAGES_MAX = 200;

export class Catalogue {
  /** Least recently used first. @type {Map<string, Promise<Page>>} */
  #pages = new Map();
  /** Raised when the library changes. What plays goes on in the order that it was begun in. */
  #generation = 0;
  #hosts;

  /** @param {import('./hosts.js').Hosts} hosts */
  constructor(hosts) {
    this.#hosts = hosts;
  }

  /**
   * @param {string} hostId
   * @param {Query} query
   * @param {number} page
   * @param {AbortSignal} [signal]
   * @param {number} [generation] Of the page, while it is kept.
   * @returns {Promise<Page>}
   */
  page(hostId, query, page, signal, generation = this.#generation) {
    const key = JSON.stringify([hostId, query.kind, query.search, query.sort, query.descending, page, generation]);
    const kept = this.#pages.get(key);
    const coming = kept ?? this.#ask(hostId, query, page, signal);
    this.#pages.delete(key);
    this.#pages.set(key, coming);
    if (kept) return kept;
    coming.catch(() => this.#pages.get(key) === coming && this.#pages.delete(key));
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= PAGES_MAX) break;
      this.#pages.delete(oldest);
    }
    return coming;
  }

  /** The library changed: ask anew. */
  forget() {
    this.#generation += 1;
  }

  get generation() {
    return this.#generation;
  }

  /**
   * @param {string} hostId
   * @param {Query} query
   * @param {number} page
   * @param {AbortSignal} [signal]
   * @returns {Promise<Page>}
   */
  async #ask(hostId, { kind, search, sort, descending }, page, signal) {
    const selection = { kind, ...(search ? { search } : {}) };
    const request = { op: 'browse', selection, sort, descending, offset: page * PAGE_ROWS, limit: PAGE_ROWS };
    const { reply, body } = await this.#hosts.client(hostId).request(request, { signal });
    const { tracks } = JSON.parse(new TextDecoder().decode(body));
    return { total: reply.total, tracks };
  }
}
