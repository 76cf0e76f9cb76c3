/** The settings: how much of the way music and video may take, and whether loud albums are made quieter. */

import { h } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { icon } from '../lib/icons.js';
import { QUALITIES } from '../lib/qualities.js';
import { canSetVolume } from '../lib/volume.js';
import { connectPopover } from './popover.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').Settings} Settings */

export class IrSettings extends IrElement {
  /** @param {Store} store */
  connect(store) {
    const button = h('button', { type: 'button', class: 'settings-button', 'aria-label': 'Settings', title: 'Settings' }, icon('settings'));
    const panel = h(
      'div',
      { class: 'panel settings', role: 'dialog', 'aria-label': 'Settings' },
      this.#qualities(store, 'music', 'Music quality'),
      this.#qualities(store, 'video', 'Video quality'),
      canSetVolume() ? this.#soundCheck(store) : null,
    );
    this.append(button, panel);
    connectPopover(button, panel, { onOpen: () => /** @type {HTMLElement | null} */ (panel.querySelector('input:checked'))?.focus() });
  }

  /**
   * @param {Store} store
   * @param {'music' | 'video'} what
   * @param {string} legend
   */
  #qualities(store, what, legend) {
    const inputs = QUALITIES.map(({ value }) => h('input', { type: 'radio', name: `quality-${what}`, value }));
    const choices = QUALITIES.map(({ name, notes }, index) =>
      h('label', {}, inputs[index], h('span', {}, name), h('small', {}, notes[what])),
    );
    inputs.forEach((input) => input.addEventListener('change', () => this.request('ir-settings', { [what]: input.value })));
    store.watch(
      ({ settings }) => settings[what],
      (value) => inputs.forEach((input) => (input.checked = input.value === value)),
    );
    return h('fieldset', {}, h('legend', {}, legend), ...choices);
  }

  /** @param {Store} store */
  #soundCheck(store) {
    const input = h('input', { type: 'checkbox', name: 'sound-check' });
    input.addEventListener('change', () => this.request('ir-settings', { soundCheck: input.checked }));
    store.watch(
      ({ settings }) => settings.soundCheck,
      (on) => (input.checked = on),
    );
    const label = h('label', {}, input, h('span', {}, 'Sound Check'), h('small', {}, 'Plays loud albums more quietly'));
    return h('fieldset', {}, h('legend', {}, 'Volume'), label);
  }
}
