/** Takes tracks out of the library whose files are gone, and brings them back. The host lets its owner alone. */

import { plural } from '../lib/format.js';
import { errorText } from '../lib/messages.js';
import { PAGE_ROWS } from '../store/list.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').Rows} Rows */

/** Tracks in one request. */
const BATCH = 400;

export class Purge {
  #store;
  #hosts;
  #catalogue;
  #library;

  /**
   * @param {Store} store
   * @param {Pick<import('./hosts.js').Hosts, 'client'>} hosts
   * @param {Pick<import('./catalogue.js').Catalogue, 'page'>} catalogue
   * @param {{ changed(): void }} library
   */
  constructor(store, hosts, catalogue, library) {
    this.#store = store;
    this.#hosts = hosts;
    this.#catalogue = catalogue;
    this.#library = library;
  }

  /**
   * @param {Rows} rows
   * @param {string} what They are called so.
   */
  async remove(rows, what) {
    const { hostId, query } = this.#store.state;
    if (!hostId) return;
    /** When each part was removed: by this it is undone. @type {number[]} */
    const times = [];
    try {
      for (const part of await this.#parts(hostId, rows)) {
        const { reply } = await this.#hosts.client(hostId).request({ op: 'purge', ...part }, { tries: 3 });
        if (reply.count > 0) times.push(reply.at_ms);
      }
      this.#say({ text: `${what} ${rows === 'all' || rows.high > rows.low ? 'were' : 'was'} removed from the library.`, hostId, times });
    } catch (error) {
      this.#say({ text: errorText(error), hostId, times, kind: 'error' });
    }
    if (query === this.#store.state.query) this.#store.dispatch({ type: 'select', lead: -1, extend: false });
    this.#library.changed();
  }

  /** @param {{ hostId: string | null, times: readonly number[] | null }} which All of the last 30 days without `times`. */
  async undo({ hostId, times }) {
    const id = hostId ?? this.#store.state.hostId;
    if (!id) return;
    let count = 0;
    try {
      for (const at of times ?? [null]) {
        const { reply } = await this.#hosts.client(id).request({ op: 'unpurge', ...(at === null ? {} : { at_ms: at }) }, { tries: 3 });
        count += reply.count;
      }
      const back = `${plural(count, 'missing file')} ${count === 1 ? 'is' : 'are'} in the list again.`;
      this.#say({ text: count > 0 ? back : 'Nothing was removed in the last 30 days.' });
    } catch (error) {
      this.#say({ text: errorText(error), kind: 'error' });
    }
    this.#library.changed();
  }

  /**
   * What to ask for: all at once, where the list is all; else these tracks, a part at a time.
   * @param {string} hostId
   * @param {Rows} rows
   * @returns {Promise<{ tracks?: string[] }[]>}
   */
  async #parts(hostId, rows) {
    const { query, list } = this.#store.state;
    const isNarrowed = query.search || query.genres.length + query.artists.length + query.albums.length > 0;
    if (rows === 'all' && !isNarrowed) return [{}];
    const { low, high } = rows === 'all' ? { low: 0, high: list.total - 1 } : rows;
    /** @type {string[]} */
    const ids = [];
    for (let page = Math.floor(low / PAGE_ROWS); page <= Math.floor(high / PAGE_ROWS); page += 1) {
      const { tracks } = await this.#catalogue.page(hostId, query, page);
      ids.push(...tracks.filter((_, at) => page * PAGE_ROWS + at >= low && page * PAGE_ROWS + at <= high).map(({ id }) => id));
    }
    return Array.from({ length: Math.ceil(ids.length / BATCH) }, (_, part) => ({ tracks: ids.slice(part * BATCH, (part + 1) * BATCH) }));
  }

  /** @param {{ text: string, kind?: 'error' | 'done', hostId?: string, times?: number[] }} what */
  #say({ text, kind = 'done', hostId, times = [] }) {
    const action = times.length > 0 ? { label: 'Undo', event: 'ir-unpurge', detail: { hostId, times } } : undefined;
    this.#store.dispatch({ type: 'notice/show', notice: { id: 'purge', text, kind, action } });
  }
}
