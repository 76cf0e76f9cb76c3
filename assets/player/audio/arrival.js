/** A segment on its way: its pieces for whoever reads them, from the first on and as they come. */

/** @typedef {import('../types.js').Bytes} Bytes */

export class Arrival {
  /** @type {Bytes[]} */
  #pieces = [];
  #ended = false;
  /** @type {Set<() => void>} */
  #readers = new Set();
  /** Bytes that have come, those of a piece that is not whole yet included. */
  received = 0;
  /** Resolves with the number of bytes when all of it is there. @type {Promise<number>} */
  whole;

  /** @param {(arrival: Arrival) => Promise<void>} load Calls `add` for each piece; settles when that was all. */
  constructor(load) {
    this.whole = load(this).then(() => this.#pieces.reduce((sum, piece) => sum + piece.length, 0));
    this.whole.then(
      () => this.#end(),
      () => this.#end(),
    );
  }

  /** @param {Bytes} piece */
  add(piece) {
    this.#pieces.push(piece);
    this.#wake();
  }

  /** Ends with the last piece there is, also when it broke off: `whole` tells which. @returns {AsyncGenerator<Bytes, void, void>} */
  async *pieces() {
    for (let index = 0; ; ) {
      while (index < this.#pieces.length) yield this.#pieces[index++];
      if (this.#ended) return;
      await new Promise((resolve) => this.#readers.add(() => resolve(undefined)));
    }
  }

  #end() {
    this.#ended = true;
    this.#wake();
  }

  #wake() {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const reader of readers) reader();
  }
}
