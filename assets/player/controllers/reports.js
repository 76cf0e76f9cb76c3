/** Tells hosts what was heard of their tracks: each report until it is taken, if need be when the page is opened the next time. */

import { hasEnded, Meter } from '../lib/listening.js';
import { addUnsent, removeUnsent, unsent } from './unsent.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').QueueItem} QueueItem */
/** @typedef {import('../types.js').PlayReport} PlayReport */

/** Reports in one request. */
const BATCH = 50;
/** How often those are tried that were not taken, ms. */
const AGAIN_MS = 60_000;
/** Refused so, no report will ever be taken. */
const HOPELESS = new Set(['host_gone', 'forbidden']);
/** A report that was refused by itself so often will never be taken: a request that was cut on its way is refused the same way. */
const REFUSALS_MAX = 3;

export class Reports {
  #store;
  #hosts;
  /** What plays: its report carries one name, however often it is written down. @type {{ item: QueueItem, meter: Meter, event: string, position: number, duration: number } | null} */
  #playing = null;
  #sending = false;
  /** How often a report was refused by itself. @type {Map<string, number>} */
  #refused = new Map();

  /**
   * @param {Store} store
   * @param {import('./hosts.js').Hosts} hosts
   */
  constructor(store, hosts) {
    this.#store = store;
    this.#hosts = hosts;
    store.watch(({ playback }) => playback, (playback) => this.#follow(playback));
    store.watch(({ user }) => user?.id, (user) => user && this.#send());
    store.watch(({ unreachable }) => unreachable, () => this.#send());
    setInterval(() => this.#send(), AGAIN_MS);
    // A page that ends has no time to sign a request. It may also only be put away, and come back.
    globalThis.addEventListener('pagehide', () => this.#note());
    globalThis.addEventListener('pageshow', (event) => event.persisted && this.#playing && removeUnsent(new Set([this.#playing.event])));
  }

  /** @param {import('../types.js').PlaybackState} playback */
  #follow({ item, position, duration, paused }) {
    if (item !== (this.#playing?.item ?? null)) {
      this.#note();
      this.#playing = item && { item, meter: new Meter(), event: crypto.randomUUID(), position, duration };
      this.#send();
    }
    if (!this.#playing) return;
    this.#playing.meter.tick({ position, paused }, performance.now());
    Object.assign(this.#playing, { position, duration });
  }

  /** Writes down what was heard of the track that plays. */
  #note() {
    const { user } = this.#store.state;
    const playing = this.#playing;
    if (!playing || !user) return;
    const { item, meter, event, position, duration } = playing;
    const ended = hasEnded(position, duration);
    if (meter.heardMs === 0 && !ended) return;
    const of = Math.round(item.track.duration_ms);
    const report = { track: item.track.id, event, at_ms: Date.now(), heard_ms: meter.heardMs, of_ms: of, ended };
    addUnsent({ hostId: item.hostId, userId: user.id, report });
  }

  async #send() {
    const { user } = this.#store.state;
    if (this.#sending || !user) return;
    this.#sending = true;
    try {
      const mine = unsent().filter(({ userId }) => userId === user.id);
      for (const hostId of new Set(mine.map((one) => one.hostId))) {
        await this.#sendTo(hostId, mine.filter((one) => one.hostId === hostId).map(({ report }) => report));
      }
    } finally {
      this.#sending = false;
    }
  }

  /**
   * @param {string} hostId
   * @param {PlayReport[]} reports
   */
  async #sendTo(hostId, reports) {
    for (let from = 0; from < reports.length; from += BATCH) {
      if (!(await this.#take(hostId, reports.slice(from, from + BATCH)))) return;
    }
  }

  /**
   * @param {string} hostId
   * @param {PlayReport[]} batch
   * @returns {Promise<boolean>} whether the host may take more
   */
  async #take(hostId, batch) {
    try {
      await this.#hosts.client(hostId).request({ op: 'played', reports: batch }, { tries: 1 });
    } catch (error) {
      const code = /** @type {any} */ (error)?.code;
      if (code === 'bad_request') return this.#sift(hostId, batch);
      // It is taken some other time; the host counts a report once, however often it comes.
      if (!HOPELESS.has(code)) return false;
    }
    removeUnsent(new Set(batch.map(({ event }) => event)));
    return true;
  }

  /**
   * One of them may be wrong: each by itself then tells which.
   * @param {string} hostId
   * @param {PlayReport[]} batch
   */
  async #sift(hostId, batch) {
    if (batch.length > 1) {
      for (const report of batch) if (!(await this.#take(hostId, [report]))) return false;
      return true;
    }
    const [{ event }] = batch;
    const times = (this.#refused.get(event) ?? 0) + 1;
    this.#refused.set(event, times);
    if (times >= REFUSALS_MAX) removeUnsent(new Set([event]));
    return true;
  }
}
