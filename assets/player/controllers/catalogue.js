/** Pages of a host's library by query, kept for a while: the grid and the queue ask for the same ones. */

import { selectionOf } from '../store/browser.js';
import { PAGE_ROWS } from '../store/list.js';
import { PlaylistRows } from './playlist_rows.js';

/** @typedef {import('../types.js').Query} Query */
/** @typedef {import('../types.js').Track} Track */
/** @typedef {import('../types.js').QueueItem} QueueItem */
/** @typedef {{ total: number, durationMs: number | null, bytes: number | null, corrected?: string | null, tracks: Track[] }} Page */

const PAGES_MAX = 200;
/** Missing tracks that a queue passes over at a time. */
const PASSED_MAX = 1000;

export class Catalogue {
  /** Least recently used first. @type {Map<string, Promise<Page>>} */
  #pages = new Map();
  /** Raised when the library changes. What plays goes on in the order that it was begun in. */
  #generation = 0;
  #hosts;
  #playlistRows;

  /** @param {import('./hosts.js').Hosts} hosts */
  constructor(hosts) {
    this.#hosts = hosts;
    this.#playlistRows = new PlaylistRows(hosts);
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
    const key = JSON.stringify([hostId, query, page, generation]);
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

  /**
   * The next or previous place of a queue whose track has a file, as far as that is known.
   * @param {QueueItem} item
   * @param {number} by 1 or -1
   * @returns {Promise<QueueItem | null>}
   */
  async beside({ hostId, query, generation, index: from }, by) {
    for (let index = from + by; index >= 0 && Math.abs(index - from) <= PASSED_MAX; index += by) {
      const { tracks } = await this.page(hostId, query, Math.floor(index / PAGE_ROWS), undefined, generation);
      const track = tracks[index % PAGE_ROWS];
      if (!track) return null;
      if (!track.missing) return { hostId, query, track, index, generation };
    }
    return null;
  }

  /** The library changed: ask anew. */
  forget() {
    this.#generation += 1;
    this.#playlistRows.forget();
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
  async #ask(hostId, query, page, signal) {
    if (query.playlist?.kind === 'list') return this.#playlistRows.page(hostId, query.playlist, page, signal);
    const { sort, descending, only } = query;
    const files = only === 'duplicates' || only === 'missing' ? { files: true } : {};
    const together = only === 'duplicates' ? { together: true } : {};
    const request = { op: 'browse', selection: selectionOf(query), sort, descending, ...files, ...together, offset: page * PAGE_ROWS, limit: PAGE_ROWS };
    const { reply, body } = await this.#hosts.client(hostId).request(request, { signal });
    const { tracks } = JSON.parse(new TextDecoder().decode(body));
    return { total: reply.total, durationMs: reply.duration_ms ?? null, bytes: reply.bytes ?? null, corrected: reply.corrected ?? null, tracks };
  }
}
