/** The search field. */

import { h } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { icon } from '../lib/icons.js';

/** Typing goes on for so long before the host is asked, ms. */
const SETTLE_MS = 150;
/** The host takes no longer text; a character is at most 4 bytes. */
const CHARACTERS_MAX = 64;

export class IrSearch extends IrElement {
  /** @param {import('../types.js').Store} store */
  connect(store) {
    const input = h('input', { type: 'search', 'aria-label': 'Search', placeholder: 'Search', maxlength: CHARACTERS_MAX, spellcheck: 'false' });
    input.autocomplete = 'off';
    this.append(h('div', { class: 'search-field' }, icon('search'), input));
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const ask = () => {
      clearTimeout(timer);
      this.request('ir-search', input.value.trim());
    };
    input.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(ask, SETTLE_MS);
    });
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') ask();
      if (event.key !== 'Escape') return;
      input.value = '';
      ask();
      input.blur();
    });
    store.watch(
      ({ query }) => query.search,
      (search) => {
        if (input.value.trim() !== search && document.activeElement !== input) input.value = search;
      },
    );
  }
}
