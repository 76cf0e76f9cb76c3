/** The display: cover, title, artist and album, where in the track, and a slider to go elsewhere. */

import { h, setAttribute, setText } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { clock } from '../lib/format.js';
import { icon } from '../lib/icons.js';
import { chapterAt, chaptersOf, chapterStep, playsVideo } from '../store/selectors.js';
import { connectPopover } from './popover.js';
import { ScrubPreview } from './scrub_preview.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').State} State */

/** An arrow key on the slider moves so far, seconds. */
const STEP_S = 5;

export class IrLcd extends IrElement {
  #cover = h('div', { class: 'lcd-cover' });
  #title = h('div', { class: 'lcd-title' });
  #by = h('div', { class: 'lcd-by' });
  #format = h('button', { type: 'button', class: 'lcd-format', 'aria-label': 'Format' });
  #sent = h('div', { class: 'panel lcd-sent', role: 'dialog', 'aria-label': 'How it is sent' });
  #ticks = h('div', { class: 'lcd-ticks', 'aria-hidden': 'true' });
  #elapsed = h('span', { class: 'lcd-time' }, '0:00');
  #left = h('button', { type: 'button', class: 'lcd-time lcd-left' }, '0:00');
  #slider = h('input', { type: 'range', min: 0, max: 0, step: 'any', value: 0, 'aria-label': 'Position', class: 'slider' });
  #showsTotal = false;
  #dragging = false;
  #chapter = '';

  /** @param {Store} store */
  connect(store) {
    const status = h('div', { class: 'lcd-text', role: 'status', 'aria-label': 'Now playing' }, this.#title, this.#by);
    const groove = h('div', { class: 'lcd-groove' }, this.#ticks, this.#slider);
    const scrub = h('div', { class: 'lcd-scrub' }, this.#elapsed, groove, this.#left);
    const preview = new ScrubPreview(this.#slider, () => store.state, () => this.request('ir-preview'));
    connectPopover(this.#format, this.#sent, { below: this });
    this.append(this.#cover, h('div', { class: 'lcd-main' }, status, scrub), this.#format, this.#sent, preview.element, h('div', { class: 'lcd-idle' }, icon('note')));
    this.#listen(store);
    store.watch(({ playback }) => playback.track, () => this.#showTrack(store.state));
    store.watch(({ playback }) => playback, () => this.#showProgress(store.state));
    store.watch(({ art, playback }) => art[playback.track?.art ?? ''], () => this.#showCover(store.state));
    store.watch(playsVideo, () => this.#showCover(store.state));
    store.watch(chaptersOf, () => this.#showTicks(store.state));
    store.watch(({ playback }) => playback.duration, () => this.#showTicks(store.state));
  }

  /** @param {Store} store */
  #listen(store) {
    const slider = this.#slider;
    slider.addEventListener('input', () => {
      this.#dragging = true;
      this.#showTimes(slider.valueAsNumber, store.state.playback.duration);
    });
    slider.addEventListener('change', () => {
      this.#dragging = false;
      this.request('ir-seek', slider.valueAsNumber);
    });
    this.#connectRelease(store);
    slider.addEventListener('keydown', (event) => {
      const turn = { PageUp: 1, PageDown: -1 }[event.key];
      const chapter = turn === undefined ? null : chapterStep(chaptersOf(store.state), store.state.playback.position, turn);
      if (chapter !== null) {
        event.preventDefault();
        return this.request('ir-seek', chapter);
      }
      const by = { ArrowRight: STEP_S, ArrowUp: STEP_S, ArrowLeft: -STEP_S, ArrowDown: -STEP_S }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      this.request('ir-seek', Math.max(0, store.state.playback.position + by));
    });
    this.#left.addEventListener('click', () => {
      this.#showsTotal = !this.#showsTotal;
      this.#showProgress(store.state);
    });
  }

  /** A drag that ends where it began changes nothing, and one that is broken off does not either: the slider follows what plays again. @param {Store} store */
  #connectRelease(store) {
    const release = () =>
      // "change" comes after these, when it comes.
      setTimeout(() => {
        if (!this.#dragging) return;
        this.#dragging = false;
        this.#showProgress(store.state);
      });
    for (const name of ['pointerup', 'pointercancel']) document.addEventListener(name, release);
    this.#slider.addEventListener('blur', release);
  }

  /** @param {State} state */
  #showTrack({ playback: { track } }) {
    this.classList.toggle('is-idle', !track);
    setText(this.#title, track?.title ?? '');
    setText(this.#by, [track?.artist, track?.album].filter(Boolean).join(' — '));
    this.#slider.disabled = !track;
    document.title = track ? `${track.title} · iRoam` : 'iRoam';
  }

  /** @param {State} state */
  #showProgress({ playback, extras }) {
    const { item, sent, position, duration, buffering } = playback;
    this.classList.toggle('is-buffering', buffering && Boolean(item));
    setText(this.#format, item ? buffering ? 'Buffering…' : item.track.codec : '');
    setAttribute(this.#format, 'title', item && sent ? sent.text : null);
    setAttribute(this.#format, 'aria-label', item ? `Format: ${item.track.codec}` : 'Format');
    setText(this.#sent, sent?.text ?? 'It is not known yet.');
    this.#format.disabled = !item;
    if (this.#dragging) return;
    this.#chapter = chapterAt(chaptersOf({ extras }), position)?.title ?? '';
    setAttribute(this.#slider, 'max', tenths(duration));
    this.#slider.value = String(tenths(position));
    this.#showTimes(position, duration);
  }

  /**
   * @param {number} position seconds
   * @param {number} duration seconds
   */
  #showTimes(position, duration) {
    const whole = Math.floor(position);
    setText(this.#elapsed, clock(whole));
    setText(this.#left, this.#showsTotal ? clock(duration) : `-${clock(Math.max(0, Math.round(duration) - whole))}`);
    setAttribute(this.#left, 'aria-label', this.#showsTotal ? 'Length; show the time left' : 'Time left; show the length');
    setAttribute(this.#slider, 'aria-valuetext', `${clock(whole)} of ${clock(duration)}${this.#chapter ? `, ${this.#chapter}` : ''}`);
    this.#slider.style.setProperty('--fill', duration > 0 ? `${Math.min(100, (position / duration) * 100)}%` : '0%');
  }

  /** Where chapters begin, the first apart. @param {State} state */
  #showTicks(state) {
    const ms = state.playback.duration * 1000;
    const starts = chaptersOf(state).map(({ start_ms: start }) => start).filter((start) => start > 0 && start < ms);
    this.#ticks.replaceChildren(
      ...starts.map((start) => {
        const tick = h('span', {});
        tick.style.left = `${(start / ms) * 100}%`;
        return tick;
      }),
    );
  }

  /** @param {State} state */
  #showCover(state) {
    const url = state.art[state.playback.track?.art ?? ''];
    this.#cover.replaceChildren(url ? h('img', { src: url, alt: '' }) : icon(playsVideo(state) ? 'film' : 'note'));
  }
}

/** What the slider says of itself is read aloud: without the noise of floating point. @param {number} seconds */
function tenths(seconds) {
  return Math.round(seconds * 10) / 10;
}
