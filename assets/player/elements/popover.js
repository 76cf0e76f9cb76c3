/** A panel that opens under its button and goes away by Escape, by a click elsewhere, or by the button again. */

import { setAttribute } from '../lib/dom.js';

/** Space kept to the window's edges, pixels. */
const EDGE = 8;
const GAP = 6;

/**
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} panel
 * @param {{ onOpen?: () => void, below?: Element }} [options] `below`: what it opens under, when that is not the button alone.
 */
export function connectPopover(button, panel, { onOpen = () => {}, below = button } = {}) {
  panel.popover = 'auto';
  button.popoverTargetElement = panel;
  setAttribute(button, 'aria-expanded', 'false');
  panel.addEventListener('toggle', (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === 'open';
    setAttribute(button, 'aria-expanded', String(open));
    if (!open) return;
    place(panel, button.getBoundingClientRect(), below.getBoundingClientRect());
    onOpen();
  });
}

/**
 * Under the button, as far to the right as fits.
 * @param {HTMLElement} panel
 * @param {DOMRect} at
 * @param {DOMRect} under
 */
function place(panel, at, under) {
  const { width, height } = panel.getBoundingClientRect();
  const left = Math.max(EDGE, Math.min(at.right - width, window.innerWidth - width - EDGE));
  const below = under.bottom + GAP;
  const top = below + height > window.innerHeight - EDGE ? Math.max(EDGE, under.top - GAP - height) : below;
  panel.style.left = `${Math.round(left)}px`;
  panel.style.top = `${Math.round(top)}px`;
}
