/** Notices that playing stands still where nothing will come. Pure; time is an argument. */

/** A hole is given so long to be filled or stepped over, seconds. */
const LOST_S = 4;
/** The same place, seconds. */
const NEAR_S = 1;

export class Stall {
  #since = Infinity;
  #before = { track: '', position: -Infinity };

  /**
   * What to do about it: fetch again what is missing, or when that was done before at this place, step `over` it.
   * @param {boolean} isLost Whether playing stands in a hole that nothing will fill.
   * @param {string} track
   * @param {number} position seconds in it
   * @param {number} now seconds
   * @returns {'again' | 'over' | null}
   */
  look(isLost, track, position, now) {
    if (!isLost) this.#since = Infinity;
    else this.#since = Math.min(this.#since, now);
    if (now - this.#since < LOST_S || !isLost) return null;
    this.#since = Infinity;
    const isSame = track === this.#before.track && Math.abs(position - this.#before.position) < NEAR_S;
    this.#before = { track, position };
    return isSame ? 'over' : 'again';
  }
}
