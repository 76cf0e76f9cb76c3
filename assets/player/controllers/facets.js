/** Fills the column browser: the values in view of each column, as the query leaves them. */

import { FACETS, PAGE_VALUES, selectionOf } from '../store/browser.js';
import { leaveIfSignedOut } from './hosts.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').Facet} Facet */

export class FacetLists {
  #store;
  #hosts;
  /** What each column was asked by last. @type {Map<Facet, string>} */
  #shown = new Map();
  /** Pages that are on their way, until the column is asked for anew. @type {Map<Facet, { abort: AbortController, pages: Set<number> }>} */
  #asked = new Map();

  /**
   * @param {Store} store
   * @param {import('./hosts.js').Hosts} hosts
   */
  constructor(store, hosts) {
    this.#store = store;
    this.#hosts = hosts;
    store.watch(({ query }) => query, () => this.#refresh());
    store.watch(({ hostId }) => hostId, () => this.#refresh());
    store.watch(({ browser }) => browser.open, () => this.#refresh());
  }

  /** The library changed: ask anew. */
  forget() {
    this.#shown.clear();
    this.#refresh();
  }

  /**
   * @param {Facet} of
   * @param {number} first
   * @param {number} last
   */
  need(of, first, last) {
    const { pages, total } = this.#store.state.browser.columns[of];
    const end = Math.floor(Math.min(last, total - 1) / PAGE_VALUES);
    for (let page = Math.max(0, Math.floor(first / PAGE_VALUES)); page <= end; page += 1) {
      if (!pages.has(page)) this.#ask(of, page, false);
    }
  }

  #refresh() {
    const { browser, hostId, query } = this.#store.state;
    if (!browser.open || !hostId || query.playlist?.kind === 'list') return;
    for (const of of FACETS) {
      const key = JSON.stringify([hostId, selectionOf(query, of)]);
      if (this.#shown.get(of) === key) continue;
      this.#shown.set(of, key);
      this.#asked.get(of)?.abort.abort();
      this.#asked.set(of, { abort: new AbortController(), pages: new Set() });
      this.#ask(of, 0, true);
    }
  }

  /**
   * @param {Facet} of
   * @param {number} page
   * @param {boolean} first
   */
  async #ask(of, page, first) {
    const { hostId, query } = this.#store.state;
    const asked = this.#asked.get(of);
    if (!hostId || !asked || asked.pages.has(page)) return;
    const { signal } = asked.abort;
    asked.pages.add(page);
    try {
      // Albums of one name are then beside one another.
      const order = of === 'album' ? { order: 'title' } : {};
      const request = { op: 'facets', of, selection: selectionOf(query, of), ...order, offset: page * PAGE_VALUES, limit: PAGE_VALUES };
      const { reply, body } = await this.#hosts.client(hostId).request(request, { signal });
      const { values } = JSON.parse(new TextDecoder().decode(body));
      if (!signal.aborted) this.#store.dispatch({ type: 'browser/page', of, page, values, total: reply.total, tracks: reply.tracks, without: reply.without ?? 0, first });
    } catch (error) {
      // The grid says what is wrong; the column is asked for again with the next change.
      if (!signal.aborted && !leaveIfSignedOut(error)) this.#shown.delete(of);
    } finally {
      asked.pages.delete(page);
    }
  }
}
