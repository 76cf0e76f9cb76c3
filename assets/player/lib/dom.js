/** Making elements. Text goes in as text nodes, never as markup. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | number | ((event: any) => void) | undefined>} [props]
 *   `class`, attributes, and `on…` listeners. `false` and `undefined` leave an attribute out.
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string | boolean | number | undefined | null} value
 */
export function setAttribute(element, name, value) {
  if (value === false || value === undefined || value === null) element.removeAttribute(name);
  else if (value === true) element.setAttribute(name, '');
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/**
 * The element then holds the text and nothing else: an icon in its place has no text of its own, and goes too.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.childElementCount > 0 || element.textContent !== text) element.textContent = text;
}
