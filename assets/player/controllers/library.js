/** Fills the grid: the pages in view of the query chosen, and what the host says of itself. */

import { errorText } from '../lib/messages.js';
import { movedTo, PAGE_ROWS } from '../store/list.js';
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
  /** The rows in view. */
  #view = { first: 0, last: 0 };
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
    this.#view = { first, last };
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

  /** The library has changed, whatever of it. */
  async changed() {
    if (!(await this.#askStatus())) this.#refresh();
  }

  /** Asks anew for what is in view, and shows it when it is there: the place and the selection stay. */
  async #refresh() {
    this.#catalogue.forget();
    this.#facets.forget();
    const { hostId, query, list } = this.#store.state;
    if (!hostId || list.status !== 'ready') return this.reload();
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#asked.clear();
    const { signal } = this.#abort;
    try {
      const numbers = this.#pagesInView();
      const found = await Promise.all(numbers.map((page) => this.#catalogue.page(hostId, query, page, signal)));
      if (!signal.aborted) this.#replace(numbers, found);
    } catch (error) {
      // What is shown stays, and is asked for again with the next change.
      if (!signal.aborted) leaveIfSignedOut(error);
    }
  }

  /** With the page of the selected row, which may be out of view. */
  #pagesInView() {
    const { list, selection } = this.#store.state;
    const rows = [this.#view.first, this.#view.last, ...(selection.lead >= 0 ? [selection.lead] : [])];
    const pages = rows.map((index) => Math.floor(Math.min(index, Math.max(0, list.total - 1)) / PAGE_ROWS));
    const [from, to] = pages;
    return [...new Set([...Array.from({ length: to - from + 1 }, (_, at) => from + at), ...pages.slice(2)])];
  }

  /**
   * @param {number[]} numbers
   * @param {import('./catalogue.js').Page[]} found
   */
  #replace(numbers, found) {
    const { list, selection } = this.#store.state;
    const pages = new Map(numbers.map((page, at) => [page, found[at].tracks]));
    const { first } = this.#view;
    const [lead, anchor] = [selection.lead, selection.anchor].map((index) => (index < 0 ? index : movedTo(list, pages, index, -1)));
    const { tracks: _, ...totals } = found[0];
    this.#store.dispatch({ type: 'list/refresh', ...totals, pages, lead, anchor: lead < 0 ? -1 : anchor, shift: movedTo(list, pages, first, first) - first });
  }

  /** @returns {Promise<boolean>} whether there are more or fewer tracks than before, and so the rows are asked for */
  async #askStatus() {
    clearTimeout(this.#timer);
    const { hostId, status: before } = this.#store.state;
    if (!hostId) return false;
    let pause = STATUS_MS;
    let isOther = false;
    try {
      const { reply } = await this.#hosts.client(hostId).request({ op: 'status' }, { tries: 1 });
      if (hostId !== this.#store.state.hostId) return false;
      this.#store.dispatch({ type: 'host/status', hostId, status: reply });
      isOther = before !== null && (before.tracks !== reply.tracks || before.videos !== reply.videos);
      if (isOther) this.#refresh();
      if (reply.scanning) pause = STATUS_SOON_MS;
    } catch {
      // Whatever is wrong is said where somebody waits for it; asking again soon tells when it is over.
      pause = STATUS_SOON_MS;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#askStatus(), pause);
    return isOther;
  }
}
