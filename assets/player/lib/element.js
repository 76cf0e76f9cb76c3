/** What all of the player's elements share: state comes down by watching the store, requests go up as events. */

/** @typedef {import('../types.js').Store} Store */

export class IrElement extends HTMLElement {
  /** Builds the element and begins to watch. Called once. @param {Store} store */
  connect(store) {
    void store;
  }

  /**
   * @param {string} name
   * @param {unknown} [detail]
   */
  request(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
