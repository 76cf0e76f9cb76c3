/** Row elements, used again and again as the list scrolls under them. */

import { COLUMNS } from '../lib/columns.js';
import { h, setAttribute, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { marks, showMarks } from './stars.js';

/** @typedef {import('../types.js').Track} Track */

/**
 * @typedef {object} RowView
 * @property {Track | undefined} track
 * @property {'playing' | 'paused' | null} mark
 * @property {boolean} selected
 * @property {boolean} lead
 */

/** What each row shows, so that scrolling writes only what changes. @type {WeakMap<HTMLElement, Pick<RowView, 'track' | 'mark'>>} */
const SHOWN = new WeakMap();

/** @param {number} index */
export function rowId(index) {
  return `song-${index}`;
}

export class RowPool {
  #parent;
  /** @type {Map<number, HTMLElement>} */
  #used = new Map();
  /** @type {HTMLElement[]} */
  #free = [];
  /** @type {readonly import('../lib/columns.js').Column[]} */
  #columns = COLUMNS.songs;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.#parent = parent;
  }

  /** Other columns need other rows. @param {readonly import('../lib/columns.js').Column[]} columns */
  show(columns) {
    if (columns === this.#columns) return;
    this.#columns = columns;
    for (const row of [...this.#used.values(), ...this.#free]) row.remove();
    this.#used.clear();
    this.#free = [];
  }

  /**
   * The row that holds an event's target.
   * @param {EventTarget | null} target
   */
  indexOf(target) {
    const row = target instanceof Element ? target.closest('[role=row]') : null;
    return row ? Number(row.getAttribute('aria-rowindex')) - 2 : null;
  }

  /**
   * @param {number} first
   * @param {number} last
   * @param {number} rowHeight pixels
   * @param {(index: number) => RowView} view
   */
  draw(first, last, rowHeight, view) {
    for (const [index, row] of this.#used) {
      if (index >= first && index <= last) continue;
      this.#used.delete(index);
      this.#free.push(row);
    }
    for (let index = first; index <= last; index += 1) {
      const row = this.#used.get(index) ?? this.#take(index);
      row.style.transform = `translateY(${index * rowHeight}px)`;
      fill(row, this.#columns, view(index));
    }
    for (const row of this.#free) row.hidden = true;
  }

  /** @param {number} index */
  #take(index) {
    const row = this.#free.pop() ?? this.#make();
    row.hidden = false;
    row.id = rowId(index);
    setAttribute(row, 'aria-rowindex', index + 2);
    this.#used.set(index, row);
    return row;
  }

  #make() {
    const cells = this.#columns.map(({ name, text }) => h('div', { role: 'gridcell', class: `cell cell-${name}` }, text ? null : marks()));
    const row = h('div', { role: 'row', class: 'songs-row' }, ...cells);
    this.#parent.append(row);
    return row;
  }
}

/**
 * @param {HTMLElement} row
 * @param {readonly import('../lib/columns.js').Column[]} columns
 * @param {RowView} view
 */
function fill(row, columns, { track, mark, selected, lead }) {
  setAttribute(row, 'aria-selected', String(selected));
  row.classList.toggle('is-lead', lead);
  const shown = SHOWN.get(row);
  if (shown && shown.track === track && shown.mark === mark) return;
  SHOWN.set(row, { track, mark });
  row.classList.toggle('is-loading', !track);
  setAttribute(row, 'aria-current', mark ? 'true' : null);
  row.classList.toggle('is-missing', track?.missing === true);
  row.classList.toggle('is-loved', track?.listened?.loved === true);
  row.classList.toggle('is-shaded', (track?.group ?? 0) % 2 === 1);
  setAttribute(row, 'title', track?.file ? `${track.file.folder}/${track.file.name}` : null);
  columns.forEach(({ text }, index) => {
    if (text) setText(row.children[index], track ? text(track) : '');
    else showMarks(row.children[index].children[0], track?.listened);
  });
  if (track?.missing && !mark) row.children[0].replaceChildren(icon('gone'));
  if (mark) row.children[0].replaceChildren(icon(mark === 'playing' ? 'loud' : 'quiet'));
}
