/** One column of the browser: any number of values, of which only those in view exist. The first row is "All". */

import { h, setAttribute, setText } from '../lib/dom.js';
import { scrollToShow, visibleRows } from '../lib/virtual.js';
import { keyOf, namedIn, noteAt, valueAt } from '../store/browser.js';

/** @typedef {import('../types.js').ColumnState} ColumnState */
/** @typedef {import('../types.js').Facet} Facet */

/** The host takes no more of one column, and the request no longer names. */
const CHOSEN_MAX = 200;
const CHOSEN_CHARACTERS_MAX = 4_000;

const NAMES = Object.freeze({
  genre: { label: 'Genre', one: 'Genre', many: 'Genres', none: 'No Genre' },
  artist: { label: 'Artist', one: 'Artist', many: 'Artists', none: 'Unknown Artist' },
  album: { label: 'Album', one: 'Album', many: 'Albums', none: 'No Album' },
});

export class BrowserColumn {
  #of;
  #onChoose;
  #onNeed;
  #sizer = h('div', { class: 'browser-sizer', role: 'presentation' });
  #list = h('div', { class: 'browser-list', role: 'listbox', tabindex: 0, 'aria-multiselectable': 'true' });
  /** @type {Map<number, HTMLElement>} */
  #rows = new Map();
  /** @type {ColumnState} */
  #column = { total: 0, tracks: 0, without: 0, pages: new Map() };
  /** @type {readonly string[]} */
  #chosen = [];
  /** The row that the keyboard is on, and the other end of a range. */
  #lead = 0;
  #anchor = 0;
  #rowHeight = 22;

  /**
   * @param {Facet} of
   * @param {{ onChoose: (keys: string[]) => void, onNeed: (first: number, last: number) => void }} hooks
   */
  constructor(of, { onChoose, onNeed }) {
    this.#of = of;
    this.#onChoose = onChoose;
    this.#onNeed = onNeed;
    setAttribute(this.#list, 'aria-label', NAMES[of].label);
    this.#list.append(this.#sizer);
    this.element = h('div', { class: 'browser-column' }, h('div', { class: 'browser-head', 'aria-hidden': 'true' }, NAMES[of].label), this.#list);
    this.#list.addEventListener('scroll', () => this.#draw(), { passive: true });
    this.#list.addEventListener('mousedown', (event) => this.#onMouse(event));
    this.#list.addEventListener('keydown', (event) => this.#onKey(event));
    new ResizeObserver(() => this.#draw()).observe(this.#list);
  }

  /**
   * @param {ColumnState} column
   * @param {readonly string[]} chosen
   */
  show(column, chosen) {
    if (column === this.#column && chosen === this.#chosen) return;
    if (column.total !== this.#column.total) this.#lead = Math.min(this.#lead, column.total);
    this.#column = column;
    this.#chosen = chosen;
    if (chosen.length === 0) this.#lead = this.#anchor = 0;
    this.#draw();
  }

  get #view() {
    const { scrollTop, clientHeight: height } = this.#list;
    return { scrollTop, height, rowHeight: this.#rowHeight, total: this.#column.total + 1 };
  }

  #draw() {
    const { first, last } = visibleRows(this.#view);
    this.#sizer.style.height = `${(this.#column.total + 1) * this.#rowHeight}px`;
    for (const [index, row] of this.#rows) {
      if (index >= first && index <= last) continue;
      this.#rows.delete(index);
      row.remove();
    }
    for (let index = first; index <= last; index += 1) this.#fill(index);
    setAttribute(this.#list, 'aria-activedescendant', this.#rows.get(this.#lead)?.id ?? null);
    if (last > 0) this.#onNeed(Math.max(0, first - 1), last - 1);
  }

  /** @param {number} index */
  #fill(index) {
    let row = this.#rows.get(index);
    if (!row) {
      row = h('div', { id: `${this.#of}-${index}`, role: 'option', class: 'browser-row' }, h('span', { class: 'browser-name' }), h('span', { class: 'browser-note' }), h('span', { class: 'browser-count' }));
      row.style.transform = `translateY(${index * this.#rowHeight}px)`;
      this.#rows.set(index, row);
      this.#sizer.append(row);
    }
    const { name, note, count, key } = this.#value(index);
    setText(row.children[0], name);
    setText(row.children[1], note);
    setText(row.children[2], count);
    setAttribute(row, 'title', note ? `${name} — ${note}` : name);
    setAttribute(row, 'aria-setsize', this.#column.total + 1);
    setAttribute(row, 'aria-posinset', index + 1);
    setAttribute(row, 'aria-selected', String(index === 0 ? this.#chosen.length === 0 : key !== null && this.#chosen.includes(key)));
    row.classList.toggle('is-lead', index === this.#lead);
  }

  /** @param {number} index @returns {{ name: string, note: string, count: string, key: string | null }} */
  #value(index) {
    const { one, many, none } = NAMES[this.#of];
    if (index === 0) {
      const named = namedIn(this.#of, this.#column);
      return { name: `All (${named.toLocaleString()} ${named === 1 ? one : many})`, note: '', count: '', key: null };
    }
    const value = valueAt(this.#column, index - 1);
    if (!value) return { name: '', note: '', count: '', key: null };
    const note = this.#of === 'album' ? noteAt(this.#column, index - 1) : '';
    return { name: value.name || none, note, count: value.tracks.toLocaleString(), key: keyOf(this.#of, value) };
  }

  /** @param {MouseEvent} event */
  #onMouse(event) {
    const row = event.target instanceof Element ? event.target.closest('[role=option]') : null;
    if (!row || event.button !== 0) return;
    const index = Number(row.getAttribute('aria-posinset')) - 1;
    event.preventDefault();
    this.#list.focus({ preventScroll: true });
    this.#choose(index, { toggle: event.ctrlKey || event.metaKey, extend: event.shiftKey });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.#view.height / this.#rowHeight) - 1);
    const end = this.#column.total;
    const steps = { ArrowDown: this.#lead + 1, ArrowUp: this.#lead - 1, PageDown: this.#lead + page, PageUp: this.#lead - page, Home: 0, End: end };
    if (!Object.hasOwn(steps, event.key)) return;
    const to = Math.max(0, Math.min(end, steps[/** @type {keyof typeof steps} */ (event.key)]));
    event.preventDefault();
    event.stopPropagation();
    this.#list.scrollTop = scrollToShow(this.#view, to);
    this.#choose(to, { toggle: false, extend: event.shiftKey });
  }

  /**
   * @param {number} index
   * @param {{ toggle: boolean, extend: boolean }} how
   */
  #choose(index, { toggle, extend }) {
    this.#lead = index;
    if (!extend) this.#anchor = index;
    const [low, high] = [this.#anchor, index].sort((a, b) => a - b);
    /** @type {string[]} */
    const range = [];
    for (let at = Math.max(1, low); at <= high; at += 1) {
      const { key } = this.#value(at);
      if (key !== null) range.push(key);
    }
    if (index === 0 || (extend && low === 0)) this.#onChoose([]);
    else if (!toggle) this.#onChoose(bounded(range));
    else this.#onChoose(this.#chosen.includes(range[0]) ? this.#chosen.filter((key) => key !== range[0]) : bounded([...this.#chosen, ...range]));
    this.#draw();
  }
}

/** The first of them, as many as the host takes. @param {string[]} keys */
function bounded(keys) {
  let characters = 0;
  return keys.slice(0, CHOSEN_MAX).filter((key) => (characters += key.length) <= CHOSEN_CHARACTERS_MAX);
}
