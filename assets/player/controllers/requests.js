/** What the elements ask for, as events, and what is done about it. */

import { setAttribute } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { choosing } from '../store/browser.js';
import { chaptersOf, chapterStep, rowAt } from '../store/selectors.js';
import { connectKeys } from './keys.js';
import { keep, keptText } from './settings.js';

const COLUMNS_OPEN = 'iroam.columns';

/** @typedef {import('../types.js').Store} Store */

/**
 * @param {Store} store
 * @param {{
 *   playback: import('./playback.js').Playback,
 *   library: import('./library.js').Library,
 *   facets: import('./facets.js').FacetLists,
 *   marks: import('./marks.js').Marks,
 *   purge: import('./purge.js').Purge,
 * }} controllers
 */
export function connectRequests(store, { playback, library, facets, marks, purge }) {
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
  on('ir-source', (source) => source.hostId && openSource(store, source));
  on('ir-narrow', ({ of, keys }) => store.dispatch({ type: 'query', query: choosing(of, keys) }));
  on('ir-values', ({ of, first, last }) => facets.need(of, first, last));
  on('ir-folder', ({ id, open }) => store.dispatch({ type: 'playlists/folder', id, open }));
  on('ir-search', (search) => search !== store.state.query.search && store.dispatch({ type: 'query', query: { search, exact: false } }));
  on('ir-exact', () => store.dispatch({ type: 'query', query: { exact: true } }));
  on('ir-purge', ({ rows, what }) => purge.remove(rows, what));
  on('ir-unpurge', (which) => purge.undo(which));
  on('ir-sort', (sort) => store.dispatch({ type: 'query', query: { sort, descending: sort === store.state.query.sort && !store.state.query.descending } }));
  on('ir-dismiss', (id) => store.dispatch({ type: 'notice/hide', id }));
  on('ir-video', (open) => showVideo(store, open));
  on('ir-fullscreen', toggleFullScreen);
  connectDrawer(store);
  connectColumns(store);
  connectKeys({
    columns: () => store.dispatch({ type: 'browser/open', open: !store.state.browser.open }),
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
 * @param {{ hostId: string, kind: import('../types.js').MediaKind, only?: import('../types.js').Only, playlist?: import('../types.js').Playlist }} source
 */
function openSource(store, source) {
  store.dispatch({ type: 'host/select', ...source });
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

/** The button of the column browser; whether it is open is remembered. @param {Store} store */
function connectColumns(store) {
  const button = /** @type {HTMLElement} */ (document.getElementById('columns'));
  button.append(icon('columns'));
  setAttribute(button, 'title', 'Column browser (B)');
  button.addEventListener('click', () => store.dispatch({ type: 'browser/open', open: !store.state.browser.open }));
  store.dispatch({ type: 'browser/open', open: keptText(COLUMNS_OPEN) !== 'no' });
  store.watch(({ browser }) => browser.open, (open) => {
    setAttribute(button, 'aria-pressed', String(open));
    keep(COLUMNS_OPEN, open ? 'yes' : 'no');
  });
}
