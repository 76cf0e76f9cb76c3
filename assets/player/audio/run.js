/** One uninterrupted stretch of listening: from a click or a jump on, track after track, until the next jump or the end. */

import { feed, FeedError, untilHungry } from './feed.js';
import { PlaybackError, SinkError } from './errors.js';
import { isTypeSupported } from './media_source.js';
import { partsOf } from './rendition.js';
import { durationSeconds } from './timeline.js';

/** @typedef {import('../types.js').QueueItem} QueueItem */
/** @typedef {import('./feed.js').Part} Part */
/** @typedef {import('./deck.js').Deck} Deck */

/**
 * @typedef {object} Placed
 * @property {QueueItem} item
 * @property {number} start seconds on the element's timeline
 * @property {number} duration seconds
 * @property {string} rendition
 */

/**
 * @typedef {object} RunOptions
 * @property {Deck} deck
 * @property {import('../types.js').MediaSourceOfTracks} media
 * @property {(item: QueueItem) => Promise<QueueItem | null>} next
 * @property {(item: QueueItem, error: unknown) => boolean} onFailed Gives whether the next track may fare better.
 * @property {Set<string>} banned `track/rendition` that this browser or the host failed at
 */

/** So many failures one after another end the run: it is not the tracks. */
const FAILURES_MAX = 8;
/** With so many seconds ahead there is time to fetch the beginning of the next track. */
const PLENTY_S = 8;
/** Codes of a host that cannot make this one encoding; another may do. */
const TRY_OTHER = new Set(['unplayable', 'missing_plugin', 'cannot_decode']);

export class Run {
  #abort = new AbortController();
  #options;
  /** @type {Placed[]} */
  placed = [];
  failures = 0;
  /** Nothing follows: it is the host that refuses. */
  over = false;
  /** Where the run begins on the deck's timeline, seconds. */
  origin = 0;

  /** @param {RunOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get signal() {
    return this.#abort.signal;
  }

  stop() {
    this.#abort.abort(new DOMException('another track was chosen', 'AbortError'));
  }

  /** What lies at `time`: the last track that begins at or before it. @param {number} time */
  at(time) {
    return this.placed.findLast((placed) => placed.start <= time + 0.001) ?? this.placed[0] ?? null;
  }

  /**
   * Plays `first` from `offset` on, and what follows it. Resolves at the end of the queue, rejects when stopped.
   * @param {QueueItem} first
   * @param {number} offset seconds
   */
  async drive(first, offset) {
    const { deck, next } = this.#options;
    let start = this.origin;
    let from = offset;
    /** @type {QueueItem | null} */
    let item = first;
    while (item) {
      const end = await this.#track(item, start, from);
      if (end !== null) start = end;
      deck.use(start);
      if (this.over || (end === null && this.failures >= FAILURES_MAX)) break;
      from = 0;
      /** @type {QueueItem | null} */
      const following = await next(item).catch(() => null);
      this.signal.throwIfAborted();
      // Another kind plays on another deck: this one plays to its end first.
      item = following && following.track.kind === item.track.kind && item.track.kind === 'audio' ? following : null;
    }
    await deck.end(this.signal);
  }

  /**
   * Places one track and feeds it. Gives its end on the timeline, `null` when nothing of it could be had.
   * @param {QueueItem} item
   * @param {number} start
   * @param {number} from
   * @returns {Promise<number | null>}
   */
  async #track(item, start, from) {
    /** @type {Placed | null} */
    let placed = null;
    try {
      const parts = await this.#load(item, from);
      const duration = Math.max(...parts.map((part) => durationSeconds(part.timeline)));
      placed = { item, start, duration, rendition: parts.map((part) => part.rendition).join('+') };
      this.placed.push(placed);
      this.#options.deck.use(start + duration);
      await this.#feed(item, parts, start, from);
      return start + duration;
    } catch (error) {
      if (this.signal.aborted) throw this.signal.reason;
      // A source that could not read what was appended is dead: only a fresh one helps.
      if (error instanceof SinkError) throw error;
      this.failures += 1;
      this.over = !this.#options.onFailed(item, error instanceof FeedError ? error.cause : error);
      return this.#shorten(placed, error);
    }
  }

  /**
   * A track that broke off is as long as what was had of it.
   * @param {Placed | null} placed
   * @param {unknown} error
   */
  #shorten(placed, error) {
    if (!placed) return null;
    placed.duration = error instanceof FeedError ? error.end : 0;
    if (placed.duration > 0) return placed.start + placed.duration;
    this.placed.splice(this.placed.indexOf(placed), 1);
    return null;
  }

  /**
   * @param {QueueItem} item
   * @param {Part[]} parts
   * @param {number} start
   * @param {number} from
   */
  async #feed(item, parts, start, from) {
    const { deck, media } = this.#options;
    // Sound and picture go together: when one breaks off, the other stops.
    const broken = new AbortController();
    const signal = AbortSignal.any([this.signal, broken.signal]);
    const onAppended = this.#whenPlenty(() => this.#prefetch(item));
    const jobs = parts.map((part, index) => {
      const fetch = (/** @type {number} */ segment) => media.segment(item, part.rendition, segment, signal);
      return feed({ sink: deck.sinks[index], part, start, from, clock: () => deck.time, fetch, onAppended, signal });
    });
    try {
      await Promise.all(jobs);
    } finally {
      broken.abort();
    }
    onAppended(true);
    await Promise.all(deck.sinks.map((sink) => untilHungry({ sink, clock: () => deck.time, signal: this.signal })));
  }

  /**
   * Calls `act` once: when enough lies ahead, or when there is no more to wait for.
   * @param {() => void} act
   */
  #whenPlenty(act) {
    let done = false;
    return (/** @type {boolean | void} */ whole) => {
      this.failures = 0;
      if (done || !(whole || this.#options.deck.ahead >= PLENTY_S)) return;
      done = true;
      act();
    };
  }

  /** Has the beginning of the next track at hand while this one plays. @param {QueueItem} item */
  async #prefetch(item) {
    const { next, media } = this.#options;
    const following = await next(item).catch(() => null);
    if (!following || this.signal.aborted) return;
    for (const { candidates } of partsOf(following.track, isTypeSupported)) {
      if (candidates[0]) begin(media, following, candidates[0], this.signal).catch(() => {});
    }
  }

  /**
   * @param {QueueItem} item
   * @param {number} from
   */
  async #load(item, from) {
    const parts = partsOf(item.track, isTypeSupported);
    const loaded = await Promise.all(parts.map(({ candidates }) => this.#firstThatLoads(item, candidates, from)));
    if (loaded.length === 0) throw new PlaybackError('there is nothing in it to play');
    return loaded;
  }

  /**
   * @param {QueueItem} item
   * @param {string[]} candidates
   * @param {number} from
   * @returns {Promise<Part>}
   */
  async #firstThatLoads(item, candidates, from) {
    const { media, banned } = this.#options;
    /** @type {unknown} */
    let reason = new PlaybackError('this browser plays none of its formats');
    for (const rendition of candidates) {
      if (banned.has(`${item.track.id}/${rendition}`)) continue;
      try {
        const asked = from > 0 ? media.init(item, rendition, this.signal) : begin(media, item, rendition, this.signal);
        const { timeline, bytes } = await asked;
        if (isTypeSupported(timeline.mime)) return { rendition, timeline, init: bytes };
        reason = new PlaybackError(`this browser does not play ${timeline.mime}`);
      } catch (error) {
        if (this.signal.aborted || !TRY_OTHER.has(/** @type {any} */ (error)?.code)) throw error;
        reason = error;
      }
    }
    throw reason;
  }
}

/**
 * Asks for init and first segment side by side: the timeline is not needed to know the first.
 * @param {import('../types.js').MediaSourceOfTracks} media
 * @param {QueueItem} item
 * @param {string} rendition
 * @param {AbortSignal} signal
 */
export function begin(media, item, rendition, signal) {
  media.segment(item, rendition, 0, signal).catch(() => {});
  return media.init(item, rendition, signal);
}
