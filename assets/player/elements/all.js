/** Gives the elements their tags. */

import { IrAccount } from './ir-account.js';
import { IrArt } from './ir-art.js';
import { IrBrowser } from './ir-browser.js';
import { IrHint } from './ir-hint.js';
import { IrLcd } from './ir-lcd.js';
import { IrNotice } from './ir-notice.js';
import { IrSearch } from './ir-search.js';
import { IrSettings } from './ir-settings.js';
import { IrSongs } from './ir-songs.js';
import { IrSources } from './ir-sources.js';
import { IrStatus } from './ir-status.js';
import { IrTransport } from './ir-transport.js';
import { IrVideo } from './ir-video.js';

/** @type {[string, typeof import('../lib/element.js').IrElement][]} */
const TAGS = [
  ['ir-transport', IrTransport],
  ['ir-lcd', IrLcd],
  ['ir-search', IrSearch],
  ['ir-settings', IrSettings],
  ['ir-account', IrAccount],
  ['ir-notice', IrNotice],
  ['ir-sources', IrSources],
  ['ir-art', IrArt],
  ['ir-browser', IrBrowser],
  ['ir-hint', IrHint],
  ['ir-songs', IrSongs],
  ['ir-video', IrVideo],
  ['ir-status', IrStatus],
];

/**
 * Defines every element and lets those in the page begin to watch.
 * @param {import('../types.js').Store} store
 */
export function connectElements(store) {
  for (const [tag, type] of TAGS) {
    customElements.define(tag, type);
    for (const element of document.querySelectorAll(tag)) /** @type {import('../lib/element.js').IrElement} */ (element).connect(store);
  }
}
