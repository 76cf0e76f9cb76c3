/** A line above the grid: what it shows in place of what was asked for, and what can be done with what it shows. */

import { h } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { plural } from '../lib/format.js';
import { currentHost, rowAt } from '../store/selectors.js';
import { confirmThen } from './confirm.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').State} State */

export class IrHint extends IrElement {
  #corrected = h('div', { class: 'hint', role: 'status', hidden: true });
  #duplicates = h('div', { class: 'hint', hidden: true });
  #missing = h('div', { class: 'hint', hidden: true });
  #selected = h('button', { type: 'button', class: 'push', onclick: () => this.#ask('selected') }, 'Remove selected…');
  /** @type {Store | undefined} */
  #store;

  /** @param {Store} store */
  connect(store) {
    this.#store = store;
    const all = h('button', { type: 'button', class: 'push', onclick: () => this.#ask('all') }, 'Remove all…');
    const text = 'The files of these are not where they were. One that is put back brings its song back.';
    this.#missing.append(h('span', { class: 'hint-text' }, text), this.#selected, all);
    this.append(this.#corrected, this.#duplicates, this.#missing);
    // The grid's own keys.
    document.addEventListener('ir-remove', () => this.#ask('selected'));
    const render = () => this.#render(store.state);
    store.watch(({ query }) => query, render);
    store.watch(({ list }) => list, render);
    store.watch(({ selection }) => selection, render);
    store.watch(currentHost, render);
  }

  /** @param {State} state */
  #render(state) {
    const { list, query, selection } = state;
    const isShown = list.total > 0 && list.status !== 'error';
    this.#showCorrected(isShown ? list.corrected : null, query.search);
    const host = currentHost(state)?.name ?? 'the host';
    this.#duplicates.hidden = !isShown || query.only !== 'duplicates';
    this.#duplicates.textContent = `Songs in one shade are the same. To keep only one, delete the files of the others on ${host}; they then leave this list by themselves.`;
    // Whoever is told where files were may also give them up: the owner.
    this.#missing.hidden = !isShown || query.only !== 'missing' || !rowAt(list, 0)?.file;
    this.#selected.disabled = selection.lead < 0;
  }

  /**
   * @param {string | null} corrected
   * @param {string} search
   */
  #showCorrected(corrected, search) {
    this.#corrected.hidden = corrected === null || !search;
    if (this.#corrected.hidden) return;
    const exact = h('button', { type: 'button', class: 'link', onclick: () => this.request('ir-exact') }, `Search for “${search}” instead`);
    this.#corrected.replaceChildren(h('span', { class: 'hint-text' }, 'Showing results for ', h('b', {}, corrected), '. ', exact));
  }

  /** @param {'selected' | 'all'} which */
  #ask(which) {
    if (!this.#store || this.#missing.hidden) return;
    const { list, selection } = this.#store.state;
    if (which === 'selected' && selection.lead < 0) return;
    const [low, high] = which === 'all' ? [0, list.total - 1] : [selection.anchor, selection.lead].sort((a, b) => a - b);
    const count = high - low + 1;
    const what = count === 1 ? `“${rowAt(list, low)?.title}”` : plural(count, 'missing file');
    const text = 'Nothing is deleted on disk. It can be undone for 30 days, and a file that comes back brings its stars and plays along.';
    confirmThen({ title: `Remove ${what} from the library?`, text, yes: 'Remove' }, () => this.request('ir-purge', { rows: which === 'all' ? 'all' : { low, high }, what }));
  }
}
