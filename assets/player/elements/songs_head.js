/** The grid's head: a column each, sorting where the host can sort. */

import { COLUMNS } from '../lib/columns.js';
import { h, setAttribute } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

/** @typedef {import('../types.js').SortKey} SortKey */

export class SongsHead {
  #cells = COLUMNS.map((column) => ({ column, cell: h('div', { role: 'columnheader', class: `cell cell-${column.name}` }) }));

  /** @param {(sort: SortKey) => void} onSort */
  constructor(onSort) {
    for (const { column, cell } of this.#cells) {
      const { sort, label } = column;
      if (sort) cell.append(h('button', { type: 'button', onclick: () => onSort(sort) }, h('span', {}, label)));
      else cell.append(h('span', {}, label));
    }
    const row = h('div', { role: 'row', 'aria-rowindex': 1, class: 'songs-row' }, ...this.#cells.map(({ cell }) => cell));
    this.element = h('div', { role: 'rowgroup', class: 'songs-head' }, row);
  }

  /** @param {import('../types.js').Query} query */
  show({ sort, descending, playlist }) {
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
}
