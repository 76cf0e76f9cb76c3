/** What this browser failed at while playing: an encoding of one part of a track, not asked for again for a while. Pure. */

/** @typedef {import('../types.js').QueueItem} QueueItem */

/** A decoder may fail once only (a computer that slept, a graphics card that was reset): then it is tried again, ms. */
const KEPT_MS = 10 * 60_000;

export class Bans {
  #now;
  /** When each ends. @type {Map<string, number>} */
  #until = new Map();

  /** @param {() => number} [now] ms */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /**
   * @param {QueueItem} item
   * @param {number} stream
   * @param {string} rendition
   */
  add(item, stream, rendition) {
    this.#until.set(key(item, stream, rendition), this.#now() + KEPT_MS);
  }

  /**
   * @param {QueueItem} item
   * @param {number} stream
   * @param {string} rendition
   */
  has(item, stream, rendition) {
    return (this.#until.get(key(item, stream, rendition)) ?? -Infinity) > this.#now();
  }
}

/**
 * Which part of a track is to blame for an error: the one whose buffer refused; else the first that the host did not encode for
 * browsers, the pictures before the sound; else the first. Another error blames the next.
 * @param {readonly { rendition: string, asIs: boolean }[]} parts
 * @param {number} refused Which buffer refused; -1 when none did.
 */
export function culprit(parts, refused) {
  if (refused >= 0 && refused < parts.length) return refused;
  return Math.max(0, parts.findIndex(({ asIs }) => asIs));
}

/**
 * @param {QueueItem} item
 * @param {number} stream
 * @param {string} rendition
 */
function key({ hostId, track }, stream, rendition) {
  return JSON.stringify([hostId, track.id, stream, rendition]);
}
