/** The artwork pane: the cover of what plays, else of what is selected. */

import { h } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { icon } from '../lib/icons.js';
import { playsVideo, shownTrack } from '../store/selectors.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').State} State */

export class IrArt extends IrElement {
  #heading = h('div', { class: 'art-heading' });
  #cover = h('div', { class: 'art-cover' });

  /** @param {Store} store */
  connect(store) {
    this.append(this.#heading, this.#cover);
    const render = () => this.#render(store.state);
    store.watch(shownTrack, render);
    store.watch(({ art }) => art, render);
    store.watch(({ videoOpen }) => videoOpen, render);
  }

  /** @param {State} state */
  #render(state) {
    const track = shownTrack(state);
    const url = state.art[track?.art ?? ''];
    this.#heading.textContent = state.playback.item ? 'Now Playing' : track ? 'Selected' : 'Nothing Playing';
    this.#cover.replaceChildren(url ? h('img', { src: url, alt: `Cover of ${track?.title}` }) : icon(track?.kind === 'video' ? 'film' : 'note'));
    if (!playsVideo(state) || state.videoOpen) return;
    const show = h('button', { type: 'button', class: 'push', onclick: () => this.request('ir-video', true) }, 'Show video');
    this.#cover.append(show);
  }
}
