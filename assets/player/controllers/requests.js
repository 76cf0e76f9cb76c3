/** What the elements ask for, as events, and what is done about it. */

import { setAttribute } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { chaptersOf, chapterStep, rowAt } from '../store/selectors.js';
import { connectKeys } from './keys.js';

/** @typedef {import('../types.js').Store} Store */

/**
 * @param {Store} store
 * @param {{ playback: import('./playback.js').Playback, library: import('./library.js').Library, marks: import('./marks.js').Marks }} controllers
 */
export function connectRequests(store, { playback, library, marks }) {
  const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ act) =>
    document.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
  on('ir-play', ({ index }) => playback.play(index));
  on('ir-toggle', () => playback.toggle());
  on('ir-next', () => playback.skip(1));
  on('ir-previous', () => playback.skip(-1));
  on('ir-seek', (seconds) => playback.seek(seconds));
  on('ir-volume', (volume) => playback.setVolume(volume));
  on('ir-rows', ({ first, last }) => library.need(first, last));
  on('ir-rate', ({ index, rating }) => marks.rate(tracksAt(store, index), rating));
  on('ir-love', ({ index, loved }) => marks.love(tracksAt(store, index), loved));
  on('ir-retry', () => library.reload());
  on('ir-select', ({ lead, extend }) => store.dispatch({ type: 'select', lead, extend }));
  on('ir-source', ({ hostId, kind }) => hostId && openSource(store, hostId, kind));
  on('ir-search', (search) => search !== store.state.query.search && store.dispatch({ type: 'query', query: { search } }));
  on('ir-sort', (sort) => store.dispatch({ type: 'query', query: { sort, descending: sort === store.state.query.sort && !store.state.query.descending } }));
  on('ir-dismiss', (id) => store.dispatch({ type: 'notice/hide', id }));
  on('ir-video', (open) => showVideo(store, open));
  on('ir-fullscreen', toggleFullScreen);
  connectDrawer(store);
  connectKeys({
    toggle: () => playback.toggle(),
    skip: (by) => playback.skip(by),
    louder: (by) => playback.setVolume(store.state.playback.volume + by),
    chapter: (by) => stepChapter(store, playback, by),
    search: () => /** @type {HTMLElement | null} */ (document.querySelector('input[type=search]'))?.focus(),
    escape: () => escape(store),
  });
}

/**
 * What a mark on a row is for: the selected rows when it is one of them.
 * @param {Store} store
 * @param {number} index
 */
function tracksAt({ state: { list, selection } }, index) {
  const [low, high] = [selection.anchor, selection.lead].sort((a, b) => a - b);
  const rows = index >= low && index <= high ? Array.from({ length: high - low + 1 }, (_, at) => low + at) : [index];
  return rows.map((row) => rowAt(list, row)).filter((track) => track !== undefined);
}

/**
 * @param {Store} store
 * @param {import('./playback.js').Playback} playback
 * @param {number} by
 */
function stepChapter({ state }, playback, by) {
  const to = chapterStep(chaptersOf(state), state.playback.position, by);
  if (to !== null) playback.seek(to);
  return to !== null;
}

/**
 * @param {Store} store
 * @param {string} hostId
 * @param {import('../types.js').MediaKind} kind
 */
function openSource(store, hostId, kind) {
  store.dispatch({ type: 'host/select', hostId, kind });
  showVideo(store, false);
}

/**
 * @param {Store} store
 * @param {boolean} open
 */
function showVideo(store, open) {
  store.dispatch({ type: 'video', open });
  if (!open && document.fullscreenElement) document.exitFullscreen().catch(() => {});
}

/** The whole page fills the screen, so that the one set of controls stays at hand over the picture. */
function toggleFullScreen() {
  const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  change.catch(() => {});
}

/** @param {Store} store */
function escape({ state, dispatch }) {
  if (state.drawerOpen) dispatch({ type: 'drawer', open: false });
  else if (state.videoOpen) dispatch({ type: 'video', open: false });
  else return false;
  return true;
}

/** @param {Store} store */
function connectDrawer(store) {
  const button = /** @type {HTMLElement} */ (document.getElementById('menu'));
  button.append(icon('menu'));
  button.addEventListener('click', () => store.dispatch({ type: 'drawer', open: !store.state.drawerOpen }));
  document.querySelector('.stage')?.addEventListener('pointerdown', () => store.dispatch({ type: 'drawer', open: false }));
  store.watch(({ drawerOpen }) => drawerOpen, (open) => {
    document.body.classList.toggle('is-drawer-open', open);
    setAttribute(button, 'aria-expanded', String(open));
  });
  store.watch(({ videoOpen }) => videoOpen, (open) => document.body.classList.toggle('is-video-open', open));
}
