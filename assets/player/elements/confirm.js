/** A question before something that is not to happen by a slip of the hand. */

import { h } from '../lib/dom.js';

/**
 * Asks, and calls `act` when the answer is yes. Escape, a click beside it and the other button are no.
 * @param {{ title: string, text: string, yes: string }} question
 * @param {() => void} act
 */
export function confirmThen({ title, text, yes }, act) {
  const no = h('button', { type: 'submit', value: '', class: 'push' }, 'Cancel');
  const ok = h('button', { type: 'submit', value: 'yes', class: 'push push-main' }, yes);
  const form = h('form', { method: 'dialog' }, h('h2', {}, title), h('p', {}, text), h('div', { class: 'ask-buttons' }, no, ok));
  const dialog = h('dialog', { class: 'ask', 'aria-label': title }, form);
  dialog.addEventListener('pointerdown', (event) => event.target === dialog && dialog.close(''));
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (dialog.returnValue === 'yes') act();
  });
  document.body.append(dialog);
  dialog.showModal();
  ok.focus();
}
