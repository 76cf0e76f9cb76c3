/** The grid's head: a column each, sorting where the host can sort. */

import { COLUMNS, viewOf } from '../lib/columns.js';
import { h, setAttribute } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

/** @typedef {import('../types.js').SortKey} SortKey */
/** @typedef {import('../lib/columns.js').Column} Column */

export class SongsHead {
  #row = h('div', { role: 'row', 'aria-rowindex': 1, class: 'songs-row' });
  #onSort;
  /** @type {readonly Column[] | null} */
  #columns = null;
  /** @type {{ column: Column, cell: HTMLElement }[]} */
  #cells = [];

  /** @param {(sort: SortKey) => void} onSort */
  constructor(onSort) {
    this.#onSort = onSort;
    this.element = h('div', { role: 'rowgroup', class: 'songs-head' }, this.#row);
  }

  /** @param {import('../types.js').Query} query */
  show(query) {
    this.#build(COLUMNS[viewOf(query)]);
    const { sort, descending, playlist } = query;
    // A list keeps the order that its owner gave it.
    const isFixed = playlist?.kind === 'list';
    for (const { column, cell } of this.#cells) {
      const button = cell.querySelector('button');
      if (button) button.disabled = isFixed;
      const sorted = !isFixed && column.sort === sort;
      setAttribute(cell, 'aria-sort', sorted ? (descending ? 'descending' : 'ascending') : null);
      cell.querySelector('.icon')?.remove();
      if (sorted) button?.append(icon(descending ? 'down' : 'up'));
    }
  }

  /** @param {readonly Column[]} columns */
  #build(columns) {
    if (columns === this.#columns) return;
    this.#columns = columns;
    this.#cells = columns.map((column) => ({ column, cell: this.#cell(column) }));
    this.#row.replaceChildren(...this.#cells.map(({ cell }) => cell));
  }

  /** @param {Column} column */
  #cell({ name, label, sort }) {
    const text = h('span', {}, label);
    const head = sort ? h('button', { type: 'button', onclick: () => this.#onSort(sort) }, text) : text;
    return h('div', { role: 'columnheader', class: `cell cell-${name}` }, head);
  }
}
