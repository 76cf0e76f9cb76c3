/** One uninterrupted stretch of listening: from a click or a jump on, track after track, until the next jump or the end. */

import { delay, feed, FeedError, untilHungry } from './feed.js';
import { rolesOf } from './choice.js';
import { PlaybackError, SinkError } from './errors.js';
import { Lane } from './lane.js';
import { aheadOf } from './ranges.js';
import { durationSeconds } from './timeline.js';

/** @typedef {import('../types.js').QueueItem} QueueItem */
/** @typedef {import('./deck.js').Deck} Deck */

/**
 * @typedef {object} Placed
 * @property {QueueItem} item
 * @property {number} start seconds on the element's timeline
 * @property {number} duration seconds
 * @property {readonly Lane[]} lanes
 * @property {boolean} whole All of it was fetched.
 */

/**
 * @typedef {object} RunOptions
 * @property {Deck} deck
 * @property {import('./cache.js').MediaCache} media
 * @property {Pick<import('./ways.js').Ways, 'choose' | 'learn' | 'streamOf' | 'kbps'>} ways
 * @property {(item: QueueItem) => Promise<QueueItem | null>} next
 * @property {(item: QueueItem, error: unknown) => boolean} onFailed Gives whether the next track may fare better.
 * @property {import('./bans.js').Bans} banned
 */

/** So many failures one after another end the run: it is not the tracks. */
export const FAILURES_MAX = 8;
/** With so many seconds ahead there is time to fetch the beginning of the next track. */
const PLENTY_S = 8;
/** With less sound than this ahead, seconds, and less than of the pictures, the pictures wait: a still picture is better than silence. */
const SOUND_SHORT_S = 8;
/** With more sound than this ahead, seconds, and more than of the pictures, the sound waits. */
const SOUND_PLENTY_S = 12;
const TURN_MS = 50;

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
      const lanes = await this.#load(item, from);
      const duration = Math.max(...lanes.map(({ loaded }) => durationSeconds(loaded.timeline)));
      placed = { item, start, duration, lanes, whole: false };
      this.placed.push(placed);
      this.#options.deck.use(start + duration);
      await this.#feed(placed, from);
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
   * @param {Placed} placed
   * @param {number} from
   */
  async #feed(placed, from) {
    const { item, lanes, start } = placed;
    const { deck } = this.#options;
    // Sound and picture go together: when one breaks off, the other stops.
    const broken = new AbortController();
    const signal = AbortSignal.any([this.signal, broken.signal]);
    const onAppended = this.#whenPlenty(() => this.#prefetch(item));
    const order = this.#order(lanes, signal);
    const jobs = lanes.map(async (lane, index) => {
      const turn = () => order.turn(lane.role);
      await feed({ sink: deck.sinks[index], lane, start, from, clock: () => deck.time, turn, onAppended, signal });
      order.done(lane.role);
    });
    try {
      await Promise.all(jobs);
    } finally {
      broken.abort();
    }
    placed.whole = true;
    onAppended(true);
    await Promise.all(deck.sinks.map((sink) => untilHungry({ sink, clock: () => deck.time, signal: this.signal })));
  }

  /**
   * Who fetches first: sound while there is little of it, then the pictures.
   * @param {readonly Lane[]} lanes
   * @param {AbortSignal} signal
   */
  #order(lanes, signal) {
    const { deck } = this.#options;
    const roles = lanes.map(({ role }) => role);
    /** @type {Set<string>} */
    const whole = new Set();
    const ahead = (/** @type {import('./rendition.js').Role} */ role) => {
      const sink = deck.sinks[roles.indexOf(role)];
      return sink && !whole.has(role) ? aheadOf(sink.ranges, deck.time) : Infinity;
    };
    const mustWait = (/** @type {import('./rendition.js').Role} */ role) =>
      role === 'picture' ? ahead('sound') < Math.min(SOUND_SHORT_S, ahead('picture')) : ahead('sound') > Math.max(SOUND_PLENTY_S, ahead('picture'));
    return {
      done: (/** @type {string} */ role) => void whole.add(role),
      turn: async (/** @type {import('./rendition.js').Role} */ role) => {
        while (mustWait(role)) await delay(TURN_MS, signal);
      },
    };
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
    const { next, media, ways } = this.#options;
    const following = await next(item).catch(() => null);
    if (!following || this.signal.aborted) return;
    await ways.learn(following);
    prefetch(media, ways, following, this.signal);
  }

  /**
   * @param {QueueItem} item
   * @param {number} from
   */
  async #load(item, from) {
    const { ways, media, banned } = this.#options;
    const { signal } = this;
    await ways.learn(item);
    signal.throwIfAborted();
    const roles = rolesOf(item.track);
    if (roles.length === 0) throw new PlaybackError('there is nothing in it to play');
    const kbps = () => ways.kbps();
    const lane = (/** @type {import('./rendition.js').Role} */ role, /** @type {number} */ index) =>
      new Lane({ item, stream: ways.streamOf(item, role), media, choose: () => ways.choose(item)[index], kbps, banned, signal });
    const lanes = roles.map(lane);
    await Promise.all(lanes.map((lane) => lane.begin(from)));
    return lanes;
  }
}

/**
 * Asks for what a track begins with: init and first segment of each part, side by side.
 * @param {RunOptions['media']} media
 * @param {Pick<RunOptions['ways'], 'choose' | 'streamOf'>} ways
 * @param {QueueItem} item
 * @param {AbortSignal} signal
 */
export function prefetch(media, ways, item, signal) {
  for (const { role, candidates } of ways.choose(item)) {
    if (!candidates[0] || signal.aborted) continue;
    const wanted = { item, rendition: candidates[0].rendition, stream: ways.streamOf(item, role) };
    // It is only to be at hand: whoever plays it hears of what is wrong.
    media.segment(wanted, 0, { signal, patient: false });
    media.init(wanted, { signal, patient: false }).catch(() => {});
  }
}
