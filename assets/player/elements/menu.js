/** A menu of choices under a button, in titled groups: arrows move, Enter or Space chooses, Escape and Tab leave. */

import { h, setAttribute } from '../lib/dom.js';
import { connectPopover } from './popover.js';

/**
 * @typedef {object} MenuItem
 * @property {string} label
 * @property {string} [note]
 * @property {boolean} [checked] Absent for an item that is no choice among others.
 * @property {() => void} act
 */

/**
 * @typedef {object} MenuGroup
 * @property {string} title
 * @property {MenuItem[]} items
 */

export class Menu {
  #panel = h('div', { class: 'panel menu', role: 'menu' });
  #button;

  /**
   * @param {HTMLButtonElement} button
   * @param {string} name
   */
  constructor(button, name) {
    this.#button = button;
    setAttribute(this.#panel, 'aria-label', name);
    setAttribute(button, 'aria-haspopup', 'menu');
    connectPopover(button, this.#panel, { onOpen: () => this.#focus(this.#items.findIndex((item) => item.ariaChecked === 'true')) });
    this.#panel.addEventListener('keydown', (event) => this.#onKey(event));
  }

  get element() {
    return this.#panel;
  }

  /** @param {MenuGroup[]} groups */
  show(groups) {
    const at = this.#items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    this.#panel.replaceChildren(...groups.filter(({ items }) => items.length > 0).map((group) => this.#group(group)));
    if (at >= 0) this.#focus(at);
  }

  get #items() {
    return /** @type {HTMLElement[]} */ ([...this.#panel.querySelectorAll('[role^=menuitem]')]);
  }

  /** @param {MenuGroup} group */
  #group({ title, items }) {
    const heading = h('div', { class: 'menu-title', 'aria-hidden': 'true' }, title);
    return h('div', { role: 'group', 'aria-label': title, class: 'menu-group' }, heading, ...items.map((item) => this.#item(item)));
  }

  /** @param {MenuItem} item */
  #item({ label, note, checked, act }) {
    const choose = () => {
      this.#leave();
      act();
    };
    return h(
      'button',
      { type: 'button', role: checked === undefined ? 'menuitem' : 'menuitemradio', 'aria-checked': checked === undefined ? undefined : String(checked), tabindex: -1, onclick: choose },
      h('span', {}, label),
      note ? h('small', {}, note) : null,
    );
  }

  /** Back to the button: from there, Tab goes on as if the menu had never been open. */
  #leave() {
    this.#panel.hidePopover();
    this.#button.focus();
  }

  /** @param {number} index */
  #focus(index) {
    this.#items.at(Math.max(0, index))?.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === 'Tab') return this.#leave();
    const items = this.#items;
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    items[to]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
