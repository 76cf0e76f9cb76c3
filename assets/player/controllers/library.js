/** Fills the grid: the pages in view of the query chosen, and what the host says of itself. */

import { errorText } from '../lib/messages.js';
import { missingPages } from '../store/selectors.js';
import { leaveIfSignedOut } from './hosts.js';

/** @typedef {import('../types.js').Store} Store */

/** Pages kept in the store; more are let go, furthest from the view first. */
const PAGES_MAX = 60;
const STATUS_MS = 30_000;
/** While the host scans, or does not answer. */
const STATUS_SOON_MS = 3_000;

export class Library {
  #store;
  #hosts;
  #catalogue;
  #facets;
  #abort = new AbortController();
  /** @type {Set<number>} */
  #asked = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Store} store
   * @param {import('./hosts.js').Hosts} hosts
   * @param {import('./catalogue.js').Catalogue} catalogue
   * @param {import('./facets.js').FacetLists} facets
   */
  constructor(store, hosts, catalogue, facets) {
    this.#facets = facets;
    this.#store = store;
    this.#hosts = hosts;
    this.#catalogue = catalogue;
    store.watch(({ query }) => query, () => this.reload());
    store.watch(({ hostId }) => hostId, () => {
      this.reload();
      this.#askStatus();
    });
  }

  /** Asks for the first page anew. */
  reload() {
    const { hostId } = this.#store.state;
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#asked.clear();
    if (!hostId) return;
    this.#store.dispatch({ type: 'list/loading' });
    this.#ask(0, true);
  }

  /**
   * @param {number} first
   * @param {number} last
   */
  need(first, last) {
    const { list } = this.#store.state;
    if (list.status !== 'ready') return;
    for (const page of missingPages(list, first, last)) this.#ask(page, false);
    this.#letGo(first, last);
  }

  /**
   * @param {number} page
   * @param {boolean} first
   */
  async #ask(page, first) {
    const { hostId, query } = this.#store.state;
    if (!hostId || this.#asked.has(page)) return;
    this.#asked.add(page);
    const { signal } = this.#abort;
    try {
      const found = await this.#catalogue.page(hostId, query, page, signal);
      if (!signal.aborted) this.#store.dispatch({ type: 'list/page', page, first, ...found });
    } catch (error) {
      if (!signal.aborted && !leaveIfSignedOut(error)) this.#store.dispatch({ type: 'list/error', text: errorText(error) });
    } finally {
      if (!signal.aborted) this.#asked.delete(page);
    }
  }

  /**
   * @param {number} first
   * @param {number} last
   */
  #letGo(first, last) {
    const { pages } = this.#store.state.list;
    if (pages.size <= PAGES_MAX) return;
    const middle = (first + last) / 200;
    const far = [...pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    this.#store.dispatch({ type: 'list/forget', pages: far.slice(0, pages.size - PAGES_MAX / 2) });
  }

  async #askStatus() {
    clearTimeout(this.#timer);
    const { hostId, status: before } = this.#store.state;
    if (!hostId) return;
    let pause = STATUS_MS;
    try {
      const { reply } = await this.#hosts.client(hostId).request({ op: 'status' }, { tries: 1 });
      if (hostId !== this.#store.state.hostId) return;
      this.#store.dispatch({ type: 'host/status', hostId, status: reply });
      if (before && (before.tracks !== reply.tracks || before.videos !== reply.videos)) this.#changed();
      if (reply.scanning) pause = STATUS_SOON_MS;
    } catch {
      // Whatever is wrong is said where somebody waits for it; asking again soon tells when it is over.
      pause = STATUS_SOON_MS;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#askStatus(), pause);
  }

  #changed() {
    this.#catalogue.forget();
    this.#facets.forget();
    this.reload();
  }
}
