/** Messages to the user: what went wrong, or what is being waited for. */

import { h } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { icon } from '../lib/icons.js';

/** @typedef {import('../types.js').Notice} Notice */

export class IrNotice extends IrElement {
  /** @type {Map<string, { notice: Notice, element: HTMLElement }>} */
  #shown = new Map();

  /** @param {import('../types.js').Store} store */
  connect(store) {
    store.watch(({ notices }) => notices, (notices) => this.#render(notices));
  }

  /** Keeps what is shown already: a screen reader would read it again. @param {readonly Notice[]} notices */
  #render(notices) {
    for (const [id, { notice, element }] of this.#shown) {
      if (notices.includes(notice)) continue;
      element.remove();
      this.#shown.delete(id);
    }
    for (const notice of notices) {
      if (this.#shown.has(notice.id)) continue;
      const element = this.#make(notice);
      this.#shown.set(notice.id, { notice, element });
      this.append(element);
    }
  }

  /** @param {Notice} notice */
  #make({ id, text, kind, action }) {
    const close = () => this.request('ir-dismiss', id);
    const button = h('button', { type: 'button', class: 'notice-close', 'aria-label': 'Dismiss', title: 'Dismiss', onclick: close }, icon('close'));
    const does = () => {
      close();
      if (action) this.request(action.event, action.detail);
    };
    const act = action ? h('button', { type: 'button', class: 'push notice-action', onclick: does }, action.label) : null;
    return h('div', { role: kind === 'done' ? 'status' : 'alert', class: `notice notice-${kind}` }, h('span', {}, text), act, kind === 'waiting' ? null : button);
  }
}
