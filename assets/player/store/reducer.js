/** One action, one next state. Pure: each part of the state has its reducer. */

import { reduceBrowser, reducePlaylists } from './browser.js';
import { reduceList, reduceSelection } from './list.js';
import { reduceLibrary } from './library.js';
import { reducePlayback } from './playback.js';
import { reduceWindow } from './window.js';

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Action} Action */

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  const library = reducePlaylists(reduceLibrary(state, action), action);
  const browser = reduceBrowser(library.browser, action);
  const list = reduceList(library.list, action);
  const selection = reduceSelection(library.selection, action);
  const playback = reducePlayback(library.playback, action);
  const next = reduceWindow(library, action);
  if (browser === next.browser && list === next.list && selection === next.selection && playback === next.playback) return next;
  return { ...next, browser, list, selection, playback };
}
