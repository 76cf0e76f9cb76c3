/** Feeding one part (sound or picture) of a placed track into its sink, segment by segment, no further ahead than needed. */

import { PlaybackError } from './errors.js';
import { aheadOf, leadOf } from './ranges.js';
import { isFull } from './sink.js';
import { durationSeconds, firstSegmentAt, segmentAt, segmentCount, segmentEnd } from './timeline.js';

/** @typedef {import('./sink.js').Sink} Sink */
/** @typedef {import('./lane.js').Lane} Lane */
/** @typedef {import('./lane.js').Loaded} Loaded */

/**
 * @typedef {object} FeedOptions
 * @property {Sink} sink
 * @property {Lane} lane
 * @property {number} start Where the track lies on the element's timeline, seconds.
 * @property {number} from Where in the track to begin, seconds.
 * @property {() => number} clock The element's time, seconds.
 * @property {() => Promise<void>} turn Resolves when this part may fetch: another may need the way more.
 * @property {() => void} onAppended
 * @property {AbortSignal} signal
 * @property {number[]} borders Where the appended segments begin on the element's timeline, seconds.
 */

/**
 * A segment on its way.
 * @typedef {object} Coming
 * @property {Loaded} loaded
 * @property {number} index
 * @property {number} at Where in the track it is needed from, seconds.
 * @property {boolean} joins It follows what was appended last.
 * @property {AbortController} giveUp
 * @property {ReturnType<Lane['segment']>} arrival
 */

const AHEAD_S = 30;
const BEHIND_S = 10;
/** Kept behind when the browser's buffer is full, seconds. */
const BEHIND_FULL_S = 1;
const POLL_MS = 250;
/** Times of different scales meet this closely, seconds. */
const EDGE_S = 0.002;

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

/** @param {Omit<FeedOptions, 'borders'>} given */
export async function feed(given) {
  /** @type {FeedOptions} */
  const options = { ...given, borders: [] };
  const { lane, from } = options;
  /** @type {Coming | null} */
  let coming = segmentCount(lane.loaded.timeline) > 0 ? ask(options, lane.loaded, from, null) : null;
  while (coming) {
    // The next one travels while this one is appended, unless there is plenty.
    const following = after(options, coming);
    following.catch(() => {});
    await appendAll(options, coming);
    coming = await following;
  }
}

/**
 * Waits until little enough lies ahead. What is missing in its midst does not count: nothing that is fetched here would fill it.
 * @param {Pick<FeedOptions, 'sink' | 'clock' | 'signal'>} options
 */
export async function untilHungry({ sink, clock, signal }) {
  while (leadOf(sink.ranges, clock()) >= AHEAD_S) await delay(POLL_MS, signal);
  signal.throwIfAborted();
}

/**
 * Fetches the segment that holds the content at `at`, or the one after `before` when it is of the same rendition.
 * @param {FeedOptions} options
 * @param {Loaded} loaded
 * @param {number} at
 * @param {Coming | null} before
 * @returns {Coming}
 */
function ask({ sink, clock, lane, signal }, loaded, at, before) {
  const joins = before?.loaded === loaded;
  const index = joins ? before.index + 1 : firstSegmentAt(loaded.timeline, at + EDGE_S, lane.role === 'sound');
  const giveUp = new AbortController();
  const arrival = lane.segment(loaded, index, aheadOf(sink.ranges, clock()), AbortSignal.any([signal, giveUp.signal]));
  return { loaded, index, at, joins, giveUp, arrival };
}

/**
 * Waits for a segment to arrive and for the hunger for more; gives the next one, `null` after the last.
 * @param {FeedOptions} options
 * @param {Coming} coming
 * @returns {Promise<Coming | null>}
 */
async function after(options, coming) {
  const { lane, signal, sink, clock } = options;
  const { loaded, index } = coming;
  const bytes = await arrived(options, coming);
  if (bytes === null) return ask(options, lane.loaded, coming.at, null);
  const { timeline } = loaded;
  const at = segmentEnd(timeline, index);
  lane.learn(loaded, bytes, at - contentStart(loaded, index));
  if (index + 1 >= segmentCount(timeline) || at >= durationSeconds(timeline)) return null;
  await untilHungry(options);
  await options.turn();
  signal.throwIfAborted();
  return ask(options, await lane.next(aheadOf(sink.ranges, clock())), at, coming);
}

/**
 * The bytes of a segment that is there; `null` when its content is to be fetched in another rendition.
 * @param {FeedOptions} options
 * @param {Coming} coming
 * @returns {Promise<number | null>}
 */
async function arrived(options, coming) {
  const { lane, signal } = options;
  const watch = setInterval(() => reconsider(options, coming), POLL_MS);
  try {
    return await coming.arrival.whole;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (coming.giveUp.signal.aborted) {
      await lane.next(0);
      return null;
    }
    if (await lane.recover(coming.loaded, error)) return null;
    throw new FeedError(error, coming.at);
  } finally {
    clearInterval(watch);
  }
}

/**
 * Gives a segment up that will come too late.
 * @param {FeedOptions} options
 * @param {Coming} coming
 */
function reconsider({ lane, sink, clock }, { loaded, index, arrival, giveUp }) {
  const seconds = segmentEnd(loaded.timeline, index) - contentStart(loaded, index);
  const ahead = aheadOf(sink.ranges, clock());
  if (lane.abandons(loaded, { received: arrival.received, seconds, ahead })) giveUp.abort(new PlaybackError('it would come too late'));
}

/**
 * @param {FeedOptions} options
 * @param {Coming} coming
 */
async function appendAll(options, coming) {
  const { sink, lane, start, signal, onAppended } = options;
  const { loaded, index, at, joins, arrival } = coming;
  if (!joins) {
    // Sound is cut to the sample. Pictures are not: what depends on a picture that was cut off would go with it; they replace what is there.
    const from = lane.role === 'sound' && at > options.from ? at : 0;
    await whenRoom(options, () => sink.place({ timeline: loaded.timeline, init: loaded.init, start, index, from }, signal));
  }
  const begins = start + contentStart(loaded, index);
  options.borders = [...options.borders.filter((border) => border < begins), begins];
  for await (const piece of arrival.pieces()) {
    await whenRoom(options, () => sink.append(piece, signal));
    onAppended();
  }
  signal.throwIfAborted();
  trimBehind(options, BEHIND_S);
}

/**
 * Appends, and when the browser's buffer is full, makes room and does so again.
 * @param {FeedOptions} options
 * @param {() => Promise<unknown>} append
 */
async function whenRoom(options, append) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await append();
      return;
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
async function trimBehind({ sink, start, clock, borders }, keep) {
  const first = sink.ranges[0];
  const limit = clock() - keep;
  if (!first || first[0] >= limit - keep / 2) return;
  const end = limit > start ? borders.findLast((border) => border <= limit) : limit;
  if (end !== undefined) await sink.remove(0, end).catch(() => {});
}

/**
 * @param {Loaded} loaded
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
export function delay(ms, signal) {
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
