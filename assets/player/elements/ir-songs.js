/** The song grid: any number of rows, of which only those in view exist. */

import { COLUMNS, viewOf } from '../lib/columns.js';
import { h, setAttribute } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { scrollToShow, visibleRows } from '../lib/virtual.js';
import { currentHost, rowAt } from '../store/selectors.js';
import { emptyView } from './songs_empty.js';
import { isHeart, ratingOf } from './stars.js';
import { SongsHead } from './songs_head.js';
import { RowPool, rowId } from './songs_rows.js';

/** @typedef {import('../types.js').Store} Store */

export class IrSongs extends IrElement {
  #sizer = h('div', { class: 'songs-sizer', role: 'presentation' });
  #scroller = h('div', { class: 'songs-scroller', role: 'presentation', tabindex: -1 }, this.#sizer);
  #empty = h('div', { class: 'songs-empty' });
  #rows = new RowPool(this.#sizer);
  /** @type {HTMLElement} */
  #grid = h('div');
  /** @type {Store | undefined} */
  #store;
  #drawing = false;
  #rowHeight = 26;

  /** @param {Store} store */
  connect(store) {
    this.#store = store;
    const head = new SongsHead((sort) => this.request('ir-sort', sort));
    const body = h('div', { class: 'songs-body', role: 'rowgroup' }, this.#scroller);
    this.#grid = h('div', { class: 'songs-grid', role: 'grid', 'aria-label': 'Songs', tabindex: 0 }, head.element, body);
    this.append(this.#grid, this.#empty);
    this.#listen();
    const redraw = () => this.#schedule();
    store.watch(({ list }) => list, redraw);
    // Rows that came or went above: what is in view stays where it is, but at the very top, where new ones are to be seen.
    store.watch(({ list }) => list.shift, (shift) => {
      if (shift && this.#scroller.scrollTop > 0) this.#moveBy(shift.rows);
    });
    store.watch(({ selection }) => selection, redraw);
    store.watch(({ playback }) => playback.item, redraw);
    store.watch(({ playback }) => playback.paused, redraw);
    store.watch(({ query }) => query, (query) => {
      head.show(query);
      this.#rows.show(COLUMNS[viewOf(query)]);
      setAttribute(this, 'data-view', viewOf(query));
      this.#measure();
      this.#scroller.scrollTop = 0;
      setAttribute(this.#grid, 'data-kind', query.kind);
      setAttribute(this.#grid, 'data-sortable', String(query.playlist?.kind !== 'list'));
    });
    store.watch(currentHost, redraw);
    store.watch(({ hostsKnown }) => hostsKnown, redraw);
    store.watch(({ status }) => status, redraw);
    store.watch(({ selection }) => selection.lead, (lead) => this.#reveal(lead));
  }

  get #view() {
    const { scrollTop, clientHeight: height } = this.#scroller;
    return { scrollTop, height, rowHeight: this.#rowHeight, total: this.#store?.state.list.total ?? 0 };
  }

  /** The style sheet says how high rows are: it knows how wide the window is. The head keeps clear of the scroll bar, while there is one. */
  #measure() {
    this.style.setProperty('--scrollbar', `${this.#scroller.offsetWidth - this.#scroller.clientWidth}px`);
    this.#rowHeight = parseFloat(getComputedStyle(this).getPropertyValue('--row-height')) || this.#rowHeight;
    this.#schedule();
  }

  #listen() {
    this.#scroller.addEventListener('scroll', () => this.#schedule(), { passive: true });
    new ResizeObserver(() => this.#measure()).observe(this.#scroller);
    this.#sizer.addEventListener('mousedown', (event) => this.#select(event));
    this.#sizer.addEventListener('dblclick', (event) => ratingOf(event.target) === null && !isHeart(event.target) && this.#play(this.#rows.indexOf(event.target)));
    this.#sizer.addEventListener('click', (event) => {
      // A finger has no double click. What has no file is only selected.
      const index = this.#rows.indexOf(event.target);
      const isGone = index !== null && this.#store && rowAt(this.#store.state.list, index)?.missing;
      if (matchMedia('(pointer: coarse)').matches && !isGone) this.#play(index);
    });
    this.#grid.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** @param {MouseEvent} event */
  #select(event) {
    const lead = this.#rows.indexOf(event.target);
    if (lead === null || event.button !== 0) return;
    const rating = ratingOf(event.target);
    if (rating !== null || isHeart(event.target)) {
      if (rating !== null) this.request('ir-rate', { index: lead, rating });
      else this.request('ir-love', { index: lead, loved: !(this.#store && rowAt(this.#store.state.list, lead)?.listened?.loved) });
      event.preventDefault();
      return;
    }
    this.request('ir-select', { lead, extend: event.shiftKey });
    // The grid has the focus, whatever of it was clicked: its keys then work.
    event.preventDefault();
    this.#grid.focus({ preventScroll: true });
  }

  /** @param {number | null} index */
  #play(index) {
    if (index !== null && index >= 0) this.request('ir-play', { index });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (!this.#store || event.target !== this.#grid || event.ctrlKey || event.metaKey || event.altKey) return;
    const { list, selection } = this.#store.state;
    const page = Math.max(1, Math.floor(this.#view.height / this.#rowHeight) - 1);
    const from = selection.lead;
    const steps = { ArrowDown: from + 1, ArrowUp: from - 1, PageDown: from + page, PageUp: from - page, Home: 0, End: list.total - 1 };
    const to = Object.hasOwn(steps, event.key) ? steps[/** @type {keyof typeof steps} */ (event.key)] : null;
    const stars = /^[0-5]$/.test(event.key) && from >= 0 ? Number(event.key) : null;
    if (stars !== null) this.request('ir-rate', { index: from, rating: stars * 20 });
    else if (event.key === 'Delete' || event.key === 'Backspace') this.request('ir-remove');
    else if (event.key === 'Enter') this.#play(from < 0 ? 0 : from);
    else if (to === null || list.total === 0) return;
    else this.request('ir-select', { lead: Math.max(0, Math.min(list.total - 1, to)), extend: event.shiftKey });
    event.preventDefault();
  }

  /** @param {number} lead */
  #reveal(lead) {
    if (lead >= 0) this.#scroller.scrollTop = scrollToShow(this.#view, lead);
    setAttribute(this.#grid, 'aria-activedescendant', lead >= 0 ? rowId(lead) : null);
  }

  /** @param {number} rows */
  #moveBy(rows) {
    // The height first: there is nothing to scroll to below it.
    this.#sizer.style.height = `${this.#view.total * this.#rowHeight}px`;
    this.#scroller.scrollTop += rows * this.#rowHeight;
  }

  #schedule() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
    });
  }

  #draw() {
    if (!this.#store) return;
    const { state } = this.#store;
    const { list, selection, playback, hostId } = state;
    const { first, last } = visibleRows(this.#view);
    this.#sizer.style.height = `${list.total * this.#rowHeight}px`;
    setAttribute(this.#grid, 'aria-rowcount', list.total + 1);
    setAttribute(this.#grid, 'aria-busy', String(list.status === 'loading'));
    this.classList.toggle('is-stale', list.stale);
    const [low, high] = [selection.anchor, selection.lead].sort((a, b) => a - b);
    const playingId = playback.item?.hostId === hostId ? playback.item?.track.id : undefined;
    this.#rows.draw(first, last, this.#rowHeight, (index) => {
      const track = rowAt(list, index);
      const mark = track && track.id === playingId ? (playback.paused ? 'paused' : 'playing') : null;
      return { track, mark, selected: index >= low && index <= high && high >= 0, lead: index === selection.lead };
    });
    this.#empty.replaceChildren(...emptyView(state, (name, detail) => this.request(name, detail)));
    if (last >= first) this.request('ir-rows', { first, last });
  }
}
