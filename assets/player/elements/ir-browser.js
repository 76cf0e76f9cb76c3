/** The column browser: genres, artists and albums of what the source holds, each column narrowing those after it. */

import { h } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { chosenIn, FACETS } from '../store/browser.js';
import { BrowserColumn } from './browser_column.js';

export class IrBrowser extends IrElement {
  /** @param {import('../types.js').Store} store */
  connect(store) {
    const columns = FACETS.map((of) => {
      const onChoose = (/** @type {string[]} */ keys) => this.request('ir-narrow', { of, keys });
      const onNeed = (/** @type {number} */ first, /** @type {number} */ last) => this.request('ir-values', { of, first, last });
      return { of, column: new BrowserColumn(of, { onChoose, onNeed }) };
    });
    this.append(h('div', { class: 'browser', role: 'group', 'aria-label': 'Column browser' }, ...columns.map(({ column }) => column.element)));
    const render = () => {
      const { browser, query, list } = store.state;
      const isChosen = FACETS.some((of) => chosenIn(of, query).length > 0);
      const isEmpty = list.status === 'ready' && list.total === 0 && !isChosen;
      this.hidden = !browser.open || isEmpty || query.playlist?.kind === 'list' || query.kind === 'video';
      if (this.hidden) return;
      for (const { of, column } of columns) column.show(browser.columns[of], chosenIn(of, query));
    };
    store.watch(({ browser }) => browser, render);
    store.watch(({ query }) => query, render);
    store.watch(({ list }) => list.total, render);
    store.watch(({ list }) => list.status, render);
  }
}
