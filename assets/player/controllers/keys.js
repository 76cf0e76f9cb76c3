/** The keyboard, wherever the focus is: never in a text field, never what the focused control does itself. */

/**
 * @typedef {object} KeyActions
 * @property {() => void} toggle
 * @property {(by: number) => void} skip
 * @property {(by: number) => void} louder
 * @property {(by: number) => boolean} chapter Whether there was one to go to.
 * @property {() => void} search
 * @property {() => void} columns
 * @property {() => boolean} escape Whether there was something to leave.
 */

/** @param {KeyActions} actions */
export function connectKeys(actions) {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey) return;
    if (act(event, actions)) event.preventDefault();
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {KeyActions} actions
 * @returns {boolean} whether the key meant something
 */
function act(event, { toggle, skip, louder, chapter, search, columns, escape }) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.matches('input:not([type=range]), textarea, select, [contenteditable]')) return false;
  // An open panel has the keys to itself; the browser closes it by Escape.
  if (target.closest('[popover]') || document.querySelector(':popover-open')) return false;
  if (event.key === 'Escape') return escape();
  if (event.ctrlKey || event.metaKey) return step(event.key, { ArrowUp: () => louder(0.1), ArrowDown: () => louder(-0.1) });
  const onSlider = target.matches('input[type=range]');
  const onButton = target.matches('button, a');
  if (event.key === ' ' && onButton) return false;
  if (onSlider && event.key.startsWith('Arrow')) return false;
  if (event.shiftKey && event.key.startsWith('Arrow')) return chapter(event.key === 'ArrowRight' ? 1 : -1);
  return step(event.key, { ' ': toggle, ArrowLeft: () => skip(-1), ArrowRight: () => skip(1), '/': search, b: columns });
}

/**
 * @param {string} key
 * @param {Record<string, () => void>} actions
 */
function step(key, actions) {
  if (!Object.hasOwn(actions, key)) return false;
  actions[key]();
  return true;
}
