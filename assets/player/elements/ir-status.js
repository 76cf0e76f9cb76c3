/** The status line: how many, how long, how big. */

import { awayTexts } from '../lib/away.js';
import { h, setAttribute, setText } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { plural, size, span } from '../lib/format.js';
import { totals } from '../store/selectors.js';

/** @typedef {import('../types.js').State} State */

export class IrStatus extends IrElement {
  #what = h('span', {});
  #away = h('span', { class: 'status-away' });

  /** @param {import('../types.js').Store} store */
  connect(store) {
    this.append(this.#what, this.#away);
    const render = () => this.#render(store.state);
    store.watch(({ list }) => list, render);
    store.watch(({ status }) => status, render);
  }

  /** @param {State} state */
  #render(state) {
    setText(this.#what, text(state));
    const { list, query, status } = state;
    // A list that is empty for that says so itself.
    const away = list.status === 'ready' && list.total > 0 && !query.only ? awayTexts(status?.away, query.kind) : null;
    setText(this.#away, away ? ` · ${away.note}` : '');
    setAttribute(this.#away, 'title', away && `${away.title}. ${away.text}`);
  }
}

/** @param {State} state */
function text(state) {
  const { list, query, status } = state;
  if (list.status !== 'ready') return '';
  const { count, durationMs, bytes } = totals(state);
  const parts = [plural(count, query.only === 'missing' ? 'missing file' : query.kind === 'audio' ? 'song' : 'video')];
  if (durationMs !== null && count > 0) parts.push(span(durationMs));
  if (bytes !== null && count > 0) parts.push(size(bytes));
  return parts.join(', ') + (status?.scanning ? ' — scanning' : '');
}
