/** One SourceBuffer with its operations in order: the browser refuses any of them while another is under way. */

import { SinkError } from './errors.js';
import { isBare, placement } from './timeline.js';

/** @typedef {import('../types.js').Bytes} Bytes */
/** @typedef {import('../types.js').Timeline} Timeline */

/**
 * @typedef {object} Place
 * @property {Timeline} timeline
 * @property {Bytes} init
 * @property {number} start Where the track begins, seconds.
 * @property {number} index The segment that comes first.
 * @property {number} [from] Where in the track this run begins, seconds: what lies before it is left alone.
 */

export class Sink {
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  #buffer;
  #mime;
  /** Whether it is this buffer that could not read what it was given: its siblings refuse as well once the source is dead. */
  failed = false;

  /**
   * @param {SourceBuffer} buffer
   * @param {string} mime
   */
  constructor(buffer, mime) {
    this.#buffer = buffer;
    this.#mime = mime;
  }

  get ranges() {
    return rangesOf(this.#buffer.buffered);
  }

  /** Resolves when nothing is under way any more. @returns {Promise<void>} */
  async settled() {
    await this.#last;
  }

  /**
   * Makes ready for a run of segments of a track: what is appended from here on lies in its place, and nowhere else.
   * @param {Place} place
   * @param {AbortSignal} signal
   */
  place({ timeline, init, start, index, from = 0 }, signal) {
    return this.#inTurn(signal, async () => {
      const buffer = this.#buffer;
      if (this.#mime !== timeline.mime) {
        this.#change(timeline.mime);
        this.#mime = timeline.mime;
      }
      // Bare frames lie one after another by nature, and the browser lets them in no other way.
      if (!isBare(timeline.mime) && buffer.mode !== 'segments') buffer.mode = 'segments';
      const { timestampOffset, windowStart, windowEnd } = placement(timeline, start, index);
      // The start may never lie behind the end, whatever the window was before.
      buffer.appendWindowStart = 0;
      buffer.appendWindowEnd = windowEnd;
      buffer.appendWindowStart = Math.min(windowStart + from, windowEnd - 1e-6);
      buffer.timestampOffset = timestampOffset;
      if (init.length > 0) await this.#update(() => buffer.appendBuffer(init));
    });
  }

  /**
   * @param {Bytes} bytes
   * @param {AbortSignal} signal
   */
  append(bytes, signal) {
    return this.#inTurn(signal, () => this.#update(() => this.#buffer.appendBuffer(bytes)));
  }

  /**
   * @param {number} from seconds
   * @param {number} to seconds
   */
  remove(from, to) {
    return this.#inTurn(null, async () => {
      if (to > from) await this.#update(() => this.#buffer.remove(from, to));
    });
  }

  /** @param {string} mime */
  #change(mime) {
    try {
      this.#buffer.changeType(mime);
    } catch (error) {
      this.failed = /** @type {Error} */ (error).name === 'NotSupportedError';
      throw error;
    }
  }

  /** Whether something is under way. */
  get busy() {
    return this.#buffer.updating;
  }

  /** An ended MediaSource opens again on any such change, even to the same; its own duration can then be lifted. */
  reopen() {
    const offset = this.#buffer.timestampOffset;
    this.#buffer.timestampOffset = offset;
  }

  /**
   * @template T
   * @param {AbortSignal | null} signal
   * @param {() => Promise<T>} operation
   * @returns {Promise<T>}
   */
  #inTurn(signal, operation) {
    const turn = this.#last.then(async () => {
      signal?.throwIfAborted();
      return operation().catch((error) => {
        throw isFull(error) ? error : new SinkError(`the browser refused the media (${error.message})`);
      });
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** @param {() => void} begin */
  #update(begin) {
    return new Promise((resolve, reject) => {
      const buffer = this.#buffer;
      const onError = () => (this.failed = true);
      const onEnd = () => {
        buffer.removeEventListener('error', onError);
        if (this.failed) reject(new SinkError('the browser could not read the media'));
        else resolve(undefined);
      };
      buffer.addEventListener('error', onError, { once: true });
      buffer.addEventListener('updateend', onEnd, { once: true });
      try {
        begin();
      } catch (error) {
        buffer.removeEventListener('error', onError);
        buffer.removeEventListener('updateend', onEnd);
        reject(error);
      }
    });
  }
}

/**
 * @param {TimeRanges} ranges
 * @returns {[number, number][]}
 */
export function rangesOf(ranges) {
  return Array.from({ length: ranges.length }, (_, index) => [ranges.start(index), ranges.end(index)]);
}

/** Whether a SourceBuffer holds all that it can. @param {unknown} error */
export function isFull(error) {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}
