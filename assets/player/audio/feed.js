/** Feeding one part (sound or picture) of a placed track into its sink, segment by segment, no further ahead than needed. */

import { aheadOf } from './ranges.js';
import { isFull } from './sink.js';
import { segmentAt, segmentCount, segmentIndexAt } from './timeline.js';

/** @typedef {import('../types.js').Bytes} Bytes */
/** @typedef {import('./sink.js').Sink} Sink */

/**
 * @typedef {object} Part
 * @property {string} rendition
 * @property {import('../types.js').Timeline} timeline
 * @property {Bytes} init
 */

/**
 * @typedef {object} FeedOptions
 * @property {Sink} sink
 * @property {Part} part
 * @property {number} start Where the track lies on the element's timeline, seconds.
 * @property {number} from Where in the track to begin, seconds.
 * @property {() => number} clock The element's time, seconds.
 * @property {(index: number) => Promise<Bytes>} fetch
 * @property {() => void} onAppended
 * @property {AbortSignal} signal
 */

const AHEAD_S = 30;
const BEHIND_S = 10;
/** Kept behind when the browser's buffer is full, seconds. */
const BEHIND_FULL_S = 1;
const POLL_MS = 250;

/** A segment could not be had: the track ends here. */
export class FeedError extends Error {
  /**
   * @param {unknown} cause
   * @param {number} end seconds of the track that are there
   */
  constructor(cause, end) {
    super('a segment could not be had');
    this.cause = cause;
    this.end = end;
  }
}

/** @param {FeedOptions} options */
export async function feed(options) {
  const { sink, part, start, from, signal, onAppended } = options;
  const { timeline } = part;
  const count = segmentCount(timeline);
  let index = segmentIndexAt(timeline, from);
  let coming = startFetch(options, index);
  await sink.place(timeline, start, part.init, signal);
  while (index < count) {
    const bytes = await coming.catch((error) => {
      throw signal.aborted ? signal.reason : new FeedError(error, contentStart(part, index));
    });
    index += 1;
    // The next one travels while this one is appended, unless there is plenty.
    const hungry = aheadOf(sink.ranges, options.clock()) < AHEAD_S;
    if (index < count && hungry) coming = startFetch(options, index);
    await appendWhenRoom(options, bytes);
    onAppended();
    trimBehind(options, BEHIND_S);
    if (index < count && !hungry) {
      await untilHungry(options);
      coming = startFetch(options, index);
    }
  }
}

/**
 * Waits until little enough lies ahead.
 * @param {Pick<FeedOptions, 'sink' | 'clock' | 'signal'>} options
 */
export async function untilHungry({ sink, clock, signal }) {
  while (aheadOf(sink.ranges, clock()) >= AHEAD_S) await delay(POLL_MS, signal);
  signal.throwIfAborted();
}

/**
 * @param {FeedOptions} options
 * @param {number} index
 */
function startFetch({ fetch, part }, index) {
  const coming = segmentAt(part.timeline, index) ? fetch(index) : Promise.resolve(new Uint8Array(0));
  // It may fail before anybody waits for it; whoever waits hears of it all the same.
  coming.catch(() => {});
  return coming;
}

/**
 * @param {FeedOptions} options
 * @param {Bytes} bytes
 */
async function appendWhenRoom(options, bytes) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await options.sink.append(bytes, options.signal);
    } catch (error) {
      if (!isFull(error)) throw error;
      await trimBehind(options, BEHIND_FULL_S);
      if (attempt > 0) await delay(POLL_MS * 4, options.signal);
    }
  }
}

/**
 * Lets go of what was played. Cut at a segment's start, where a picture can be decoded by itself: a cut inside a group of
 * pictures would take the rest of the group along, the one being shown included.
 * @param {FeedOptions} options
 * @param {number} keep seconds
 */
async function trimBehind({ sink, part, start, clock }, keep) {
  const first = sink.ranges[0];
  const limit = clock() - keep;
  if (!first || first[0] >= limit - keep / 2) return;
  const end = limit > start ? start + contentStart(part, segmentIndexAt(part.timeline, limit - start)) : limit;
  await sink.remove(0, end).catch(() => {});
}

/**
 * @param {Part} part
 * @param {number} index
 */
function contentStart({ timeline }, index) {
  return (segmentAt(timeline, index)?.start ?? 0) / timeline.timescale;
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function delay(ms, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
