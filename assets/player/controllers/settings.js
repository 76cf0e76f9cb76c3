/** The user's settings, kept in this browser. */

/** @typedef {import('../types.js').Settings} Settings */

const SETTINGS = 'iroam.settings';
const QUALITIES = ['auto', 'best', 'good', 'save'];

/** Takes up what was kept, and keeps what is changed. @param {import('../types.js').Store} store */
export function connectSettings(store) {
  store.dispatch({ type: 'settings', settings: kept() });
  document.addEventListener('ir-settings', (event) => {
    store.dispatch({ type: 'settings', settings: sound(/** @type {CustomEvent} */ (event).detail) });
    keep(SETTINGS, JSON.stringify(store.state.settings));
  });
}

/**
 * What this browser keeps under a name; `null` where it refuses.
 * @param {string} name
 */
export function keptText(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
export function keep(name, text) {
  try {
    localStorage.setItem(name, text);
  } catch {
    // Storage may be refused by the browser: then it is not remembered.
  }
}

/** @returns {Partial<Settings>} */
function kept() {
  try {
    return sound(JSON.parse(keptText(SETTINGS) ?? '{}'));
  } catch {
    return {};
  }
}

/** What is sound of it: what is kept may be of another version. @param {any} given @returns {Partial<Settings>} */
function sound(given) {
  const { music, video, soundCheck } = given ?? {};
  return {
    ...(QUALITIES.includes(music) ? { music } : {}),
    ...(QUALITIES.includes(video) ? { video } : {}),
    ...(typeof soundCheck === 'boolean' ? { soundCheck } : {}),
  };
}
