/** What lies where the pointer is on the Position slider: a small picture, the chapter, the time. */

import { h, setText } from '../lib/dom.js';
import { clock } from '../lib/format.js';
import { chapterAt, chaptersOf } from '../store/selectors.js';

/** @typedef {import('../types.js').State} State */

/** The knob's middle stays so far from the slider's ends, pixels. */
const KNOB = 6.5;
const EDGE = 8;

export class ScrubPreview {
  #picture = h('div', { class: 'scrub-picture' });
  #chapter = h('div', { class: 'scrub-chapter' });
  #time = h('div', { class: 'scrub-time' });
  element = h('div', { class: 'scrub-preview', 'aria-hidden': 'true', hidden: true }, this.#picture, this.#chapter, this.#time);

  /**
   * @param {HTMLInputElement} slider
   * @param {() => State} state
   * @param {() => void} wanted Told when somebody looks.
   */
  constructor(slider, state, wanted) {
    slider.addEventListener('pointermove', (event) => {
      wanted();
      this.#show(slider, event.clientX, state());
    });
    const hide = () => (this.element.hidden = true);
    slider.addEventListener('pointerleave', hide);
    slider.addEventListener('blur', hide);
  }

  /**
   * @param {HTMLInputElement} slider
   * @param {number} x
   * @param {State} state
   */
  #show(slider, x, state) {
    const { duration } = state.playback;
    const { left, right, top, bottom } = slider.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (x - left - KNOB) / (right - left - 2 * KNOB)));
    const chapter = chapterAt(chaptersOf(state), share * duration);
    const { preview } = state.extras;
    this.element.hidden = slider.disabled || !(preview || chapter);
    if (this.element.hidden) return;
    setText(this.#time, clock(share * duration));
    setText(this.#chapter, chapter?.title ?? '');
    this.#chapter.hidden = !chapter?.title;
    this.#picture.hidden = !preview;
    if (preview) showPicture(this.#picture, preview, share * duration);
    this.#place(x, top, bottom);
  }

  /**
   * @param {number} x
   * @param {number} top
   * @param {number} bottom
   */
  #place(x, top, bottom) {
    const { width, height } = this.element.getBoundingClientRect();
    const left = Math.max(EDGE, Math.min(x - width / 2, window.innerWidth - width - EDGE));
    // Below the display where it is at the top of the window, above it where it is at the bottom.
    const below = bottom + height + EDGE < window.innerHeight;
    this.element.style.left = `${Math.round(left)}px`;
    this.element.style.top = `${Math.round(below ? bottom + EDGE : top - height - EDGE)}px`;
  }
}

/**
 * The picture that is nearest.
 * @param {HTMLElement} element
 * @param {import('../types.js').Preview} preview
 * @param {number} seconds
 */
function showPicture({ style }, { url, width, height, columns, count, interval_ms: interval }, seconds) {
  const index = Math.min(count - 1, Math.round((seconds * 1000) / interval));
  const picture = `url("${url}")`;
  if (style.backgroundImage !== picture) style.backgroundImage = picture;
  style.width = `${width}px`;
  style.height = `${height}px`;
  style.backgroundPosition = `${-(index % columns) * width}px ${-Math.floor(index / columns) * height}px`;
}
