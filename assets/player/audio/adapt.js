/** Stepping between renditions as the way narrows and widens: down at once, up only when it will last. Pure; time is an argument. */

/** The way must carry so much more than an encoding to keep it, to step down to it, and to step up to it. */
const KEEP = 1.1;
const DOWN = 1.25;
const UP = 1.6;
/** Nothing is risked with less ahead, seconds. */
const UP_AHEAD_S = 8;
/** After a step down the next one up waits, seconds; twice as long each time it turns out to have been too early. */
const UP_WAIT_S = 6;
const UP_WAIT_S_MAX = 60;
/** A step down so soon after one up shows that the one up was too early, seconds. */
const TOO_EARLY_S = 30;
/** A segment that would be there less than this before it is needed is too late, seconds. */
const MARGIN_S = 0.5;
/** What will be there within this time is waited for, seconds. */
const SOON_S = 1.5;

/**
 * @typedef {object} Sight
 * @property {readonly number[]} rungs kbit/s of each, smallest first
 * @property {number} current which of them is fetched
 * @property {number | null} kbps what the way carries
 * @property {number} ahead seconds that are there to be played
 * @property {number} now seconds, of any clock
 */

export class Adapter {
  #wait = UP_WAIT_S;
  #lastUp = -Infinity;
  #lastDown = -Infinity;

  /**
   * Which rung to fetch the next segment of.
   * @param {Sight} sight
   * @returns {number}
   */
  next({ rungs, current, kbps, ahead, now }) {
    if (kbps === null) return current;
    if (rungs[current] * KEEP > kbps) return this.#down(rungs, current, kbps, now);
    const up = rungs.findLastIndex((rung) => rung * UP <= kbps);
    if (up <= current || ahead < UP_AHEAD_S || now - this.#lastDown < this.#wait) return current;
    this.#lastUp = now;
    return up;
  }

  /**
   * Whether to give up a segment that is on its way for a smaller one: it would come too late, and the other sooner.
   * @param {Sight & { bytesLeft: number, seconds: number }} sight `seconds`: how long a segment plays
   */
  abandons({ rungs, current, kbps, ahead, bytesLeft, seconds }) {
    if (current === 0 || kbps === null) return false;
    // What would not be stepped down for is waited for.
    if (rungs[current] * KEEP <= kbps) return false;
    const left = (bytesLeft * 8) / 1000 / kbps;
    return left > Math.max(ahead - MARGIN_S, SOON_S) && (rungs[this.#target(rungs, current, kbps)] * seconds) / kbps < left;
  }

  /**
   * @param {readonly number[]} rungs
   * @param {number} current
   * @param {number} kbps
   * @param {number} now
   */
  #down(rungs, current, kbps, now) {
    const target = this.#target(rungs, current, kbps);
    if (target === current) return current;
    this.#wait = now - this.#lastUp < TOO_EARLY_S ? Math.min(UP_WAIT_S_MAX, this.#wait * 2) : UP_WAIT_S;
    this.#lastDown = now;
    return target;
  }

  /**
   * @param {readonly number[]} rungs
   * @param {number} current
   * @param {number} kbps
   */
  #target(rungs, current, kbps) {
    return Math.min(current, Math.max(0, rungs.findLastIndex((rung, index) => index < current && rung * DOWN <= kbps)));
  }
}
