/** Tracks of a queue that cannot be played, one after another. Pure. */

/** So many in a row end it: those that follow would fare no better, and nobody wants to see the queue run through. */
export const IN_A_ROW = 3;

/** @typedef {import('../types.js').QueueItem} QueueItem */

export class Failures {
  /** Those in a row, as far as they count. @type {QueueItem[]} */
  #row = [];

  /**
   * Takes note of one.
   * @param {QueueItem} item
   * @returns {boolean} whether the next may be tried
   */
  add(item) {
    const last = this.#row.at(-1);
    // One between them has played.
    if (last && item.index !== last.index + 1) this.#row = [];
    this.#row.push(item);
    return this.#row.length < IN_A_ROW;
  }

  /** What there is to begin with again, after so many in a row that playing ended: the first of them. */
  get first() {
    return this.#row.length >= IN_A_ROW ? this.#row[0] : null;
  }

  /** Somebody chose anew. */
  clear() {
    this.#row = [];
  }
}
