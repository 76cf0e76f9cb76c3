/** The browser's MediaSource, by whichever name it has: iPhones know only the managed one, which may let go of data by itself. */

import { PlaybackError } from './errors.js';

/** @returns {typeof MediaSource | undefined} */
function implementation() {
  const { MediaSource: plain, ManagedMediaSource: managed } = /** @type {any} */ (globalThis);
  return plain ?? managed;
}

/** @param {string} mime */
export function isTypeSupported(mime) {
  return implementation()?.isTypeSupported(mime) ?? false;
}

/** @returns {MediaSource} */
export function newMediaSource() {
  const Source = implementation();
  if (!Source) throw new PlaybackError('this browser has no Media Source Extensions: update it');
  return new Source();
}
