/** Previous, play or pause, next, and the volume. */

import { h, setAttribute } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { icon } from '../lib/icons.js';
import { canSetVolume } from '../lib/volume.js';

/** @typedef {import('../types.js').Store} Store */

export class IrTransport extends IrElement {
  /** @param {Store} store */
  connect(store) {
    const play = button('Play', 'transport-play', () => this.request('ir-toggle'));
    this.append(
      h(
        'div',
        { class: 'transport-buttons' },
        button('Previous', 'transport-step', () => this.request('ir-previous'), 'previous'),
        play,
        button('Next', 'transport-step', () => this.request('ir-next'), 'next'),
      ),
      ...(canSetVolume() ? [this.#volume(store)] : []),
    );
    // A click leaves the focus where it was: Space then still plays and pauses, and the arrows still move in the list.
    this.firstElementChild?.addEventListener('mousedown', (event) => event.preventDefault());
    store.watch(
      ({ playback }) => playback.paused,
      (paused) => {
        setAttribute(play, 'aria-label', paused ? 'Play' : 'Pause');
        setAttribute(play, 'title', paused ? 'Play (Space)' : 'Pause (Space)');
        play.replaceChildren(icon(paused ? 'play' : 'pause'));
      },
    );
  }

  /** @param {Store} store */
  #volume(store) {
    const slider = h('input', { type: 'range', min: 0, max: 100, step: 5, 'aria-label': 'Volume', class: 'slider' });
    slider.addEventListener('input', () => this.request('ir-volume', slider.valueAsNumber / 100));
    store.watch(
      ({ playback }) => playback.volume,
      (volume) => {
        slider.value = String(Math.round(volume * 100));
        setAttribute(slider, 'aria-valuetext', `${Math.round(volume * 100)} %`);
        slider.style.setProperty('--fill', `${volume * 100}%`);
      },
    );
    return h('label', { class: 'transport-volume' }, icon('quiet'), slider, icon('loud'));
  }
}

/**
 * @param {string} name
 * @param {string} style
 * @param {() => void} act
 * @param {import('../lib/icons.js').IconName} [picture]
 */
function button(name, style, act, picture) {
  return h('button', { type: 'button', class: style, 'aria-label': name, title: name, onclick: act }, picture ? icon(picture) : null);
}
