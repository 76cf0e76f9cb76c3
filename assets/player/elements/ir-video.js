/** The video pane: the picture over the grid, with its subtitles and ways to choose, to make it larger and to put it away. */

import { h, setAttribute, setText } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { icon } from '../lib/icons.js';
import { playsVideo } from '../store/selectors.js';
import { Menu } from './menu.js';
import { Subtitles } from './subtitles.js';
import { videoMenu } from './video_menu.js';

/** A click that is followed by another within so long, ms, is a double click. */
const DOUBLE_MS = 250;
/** The buttons fade when nothing has moved for so long, ms. */
const IDLE_MS = 2500;

export class IrVideo extends IrElement {
  /** The element that the engine plays videos on. */
  media = h('video', { playsinline: true, disableremoteplayback: true, tabindex: -1 });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #click;

  /** @param {import('../types.js').Store} store */
  connect(store) {
    const title = h('span', { class: 'video-title' });
    const close = () => this.request('ir-video', false);
    const grow = () => this.request('ir-fullscreen');
    const full = iconButton('Full screen', 'fullscreen', grow);
    const options = iconButton('Video options', 'captions');
    const bar = h('div', { class: 'video-bar' }, iconButton('Close video', 'close', close), title, options, full);
    this.#connectMenu(store, options, bar);
    new Subtitles(this.media).connect(store);
    this.append(this.media, h('div', { class: 'video-wait', 'aria-hidden': 'true' }), bar);
    this.#connectClicks(grow);
    // The browser leaves it by itself as well (Escape, another window).
    document.addEventListener('fullscreenchange', () => showFullScreen(full));
    showFullScreen(full);
    this.addEventListener('pointermove', () => this.#wake());
    this.addEventListener('focusin', () => this.#wake());
    store.watch(({ playback }) => playback.track?.title ?? '', (text) => setText(title, text));
    store.watch(({ playback }) => playback.buffering, (buffering) => this.classList.toggle('is-buffering', buffering));
    store.watch(
      (state) => state.videoOpen && playsVideo(state),
      (open) => {
        this.hidden = !open;
        this.#wake();
      },
    );
  }

  /**
   * @param {import('../types.js').Store} store
   * @param {HTMLButtonElement} button
   * @param {HTMLElement} bar
   */
  #connectMenu(store, button, bar) {
    const menu = new Menu(button, 'Video options');
    bar.append(menu.element);
    const render = () => menu.show(videoMenu(store.state, (name, detail) => this.request(name, detail)));
    // Which chapter it is matters when the menu is looked at only.
    button.addEventListener('click', render);
    store.watch(({ extras }) => extras, render);
    store.watch(({ settings }) => settings, render);
    store.watch(({ art, playback: { track } }) => art[track?.art ?? ''], (url) => setAttribute(this.media, 'poster', url));
  }

  /** One click plays and pauses, two make it larger: then what plays goes on. @param {() => void} grow */
  #connectClicks(grow) {
    this.media.addEventListener('click', () => {
      clearTimeout(this.#click);
      this.#click = setTimeout(() => this.request('ir-toggle'), DOUBLE_MS);
    });
    this.media.addEventListener('dblclick', () => {
      clearTimeout(this.#click);
      grow();
    });
  }

  #wake() {
    document.body.classList.remove('is-still');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => document.body.classList.add('is-still'), IDLE_MS);
  }
}

/** @param {HTMLElement} button */
function showFullScreen(button) {
  const full = document.fullscreenElement !== null;
  const name = full ? 'Exit full screen' : 'Full screen';
  setAttribute(button, 'aria-label', name);
  setAttribute(button, 'title', name);
}

/**
 * @param {string} name
 * @param {import('../lib/icons.js').IconName} picture
 * @param {() => void} [act]
 */
function iconButton(name, picture, act) {
  return h('button', { type: 'button', 'aria-label': name, title: name, onclick: act }, icon(picture));
}
