/** The status line: how many, how long, how big. */

import { IrElement } from '../lib/element.js';
import { setText } from '../lib/dom.js';
import { plural, size, span } from '../lib/format.js';
import { totals } from '../store/selectors.js';

/** @typedef {import('../types.js').State} State */

export class IrStatus extends IrElement {
  /** @param {import('../types.js').Store} store */
  connect(store) {
    const render = () => setText(this, text(store.state));
    store.watch(({ list }) => list, render);
    store.watch(({ status }) => status, render);
  }
}

/** @param {State} state */
function text(state) {
  const { list, query, status } = state;
  if (list.status !== 'ready') return '';
  const { count, durationMs, bytes } = totals(state);
  const parts = [plural(count, query.kind === 'audio' ? 'song' : 'video')];
  if (durationMs !== null && count > 0) parts.push(span(durationMs));
  if (bytes !== null && count > 0) parts.push(size(bytes));
  const instead = list.corrected ? `Showing what matches “${list.corrected}”: ` : '';
  return instead + parts.join(', ') + (status?.scanning ? ' — scanning' : '');
}
