/** One part of a track as it plays (its pictures, or its sound): which rendition of it the next segment is fetched in. */

import { Adapter } from './adapt.js';
import { PlaybackError } from './errors.js';
import { isTypeSupported } from './media_source.js';

/** @typedef {import('../types.js').Bytes} Bytes */
/** @typedef {import('../types.js').QueueItem} QueueItem */
/** @typedef {import('./choice.js').Part} Part */
/** @typedef {import('./rendition.js').Offer} Offer */

/**
 * @typedef {object} Loaded
 * @property {Offer} offer
 * @property {import('../types.js').Timeline} timeline
 * @property {Bytes} init
 */

/**
 * @typedef {object} LaneOptions
 * @property {QueueItem} item
 * @property {number} stream
 * @property {import('./cache.js').MediaCache} media
 * @property {() => Part} choose What would be chosen at this moment.
 * @property {() => number | null} kbps
 * @property {import('./bans.js').Bans} banned
 * @property {AbortSignal} signal
 * @property {() => number} [now] seconds
 */

/** Codes of a host that cannot make this one encoding; another may do. */
const TRY_OTHER = new Set(['unplayable', 'missing_plugin', 'cannot_decode', 'busy', 'not_found']);

/** A host that had too much to do for a rendition is not asked for it again for so long, seconds. */
const BUSY_S = 10;

export class Lane {
  #options;
  #adapter = new Adapter();
  /** What this lane does not ask for again before a time, seconds. @type {Map<string, number>} */
  #refused = new Map();
  /** kbit/s as they turned out to be, by rendition. @type {Map<string, number>} */
  #measured = new Map();
  #now;
  /** @type {Loaded | null} */
  #loaded = null;

  /** @param {LaneOptions} options */
  constructor(options) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now() / 1000);
  }

  /** What is fetched at this moment. */
  get loaded() {
    if (!this.#loaded) throw new PlaybackError('nothing of it is there yet');
    return this.#loaded;
  }

  get role() {
    return this.#options.choose().role;
  }

  /** What was chosen, and what of it travels. */
  get sent() {
    return { part: this.#options.choose(), rendition: this.loaded.offer.rendition };
  }

  /** Loads the first rendition that can be had. @param {number} from seconds */
  async begin(from) {
    return this.#first(this.#candidates(), from);
  }

  /**
   * @param {readonly Offer[]} candidates
   * @param {number} from seconds
   */
  async #first(candidates, from) {
    /** @type {unknown} */
    let reason = new PlaybackError('this browser plays none of its formats');
    for (const offer of candidates) {
      try {
        return await this.#load(offer, { from, patient: false });
      } catch (error) {
        if (this.#options.signal.aborted || !TRY_OTHER.has(codeOf(error))) throw error;
        // A host that has too much to do says more than why the others failed.
        if (codeOf(reason) !== 'busy') reason = error;
      }
    }
    if (codeOf(reason) !== 'busy') throw reason;
    return this.#load(this.#lightest(candidates), { from, patient: true });
  }

  /**
   * What to fetch next; stays with what it has when another cannot be had.
   * @param {number} ahead seconds
   */
  async next(ahead) {
    const offer = this.#wanted(ahead);
    if (offer.rendition === this.loaded.offer.rendition) return this.loaded;
    try {
      return await this.#load(offer, { from: 1, patient: false });
    } catch (error) {
      if (this.#options.signal.aborted) throw error;
      this.#refuse(offer, error);
      return this.loaded;
    }
  }

  /**
   * @param {Loaded} loaded
   * @param {number} index
   * @param {number} ahead seconds
   * @param {AbortSignal} signal
   */
  segment({ offer }, index, ahead, signal) {
    const { item, stream, media } = this.#options;
    // The last of all is waited for, and that is the lightest: a larger one may stay refused for ever.
    const patient = this.#others(offer).length === 0 && !this.#possible().some(({ kbps }) => kbps < offer.kbps);
    return media.segment({ item, rendition: offer.rendition, stream }, index, { signal, patient, aheadMs: Math.round(ahead * 1000) });
  }

  /**
   * A segment could not be had. Tells whether another rendition may do, which `loaded` then is.
   * @param {Loaded} failed
   * @param {unknown} error
   */
  async recover({ offer }, error) {
    if (!TRY_OTHER.has(codeOf(error))) return false;
    this.#refuse(offer, error);
    const isBusy = codeOf(error) === 'busy';
    const left = [...new Set([...(isBusy ? this.#below(offer) : []), ...this.#candidates()])];
    const possible = this.#possible();
    const mustWait = isBusy && left.length === 0 && possible.length > 0;
    return (mustWait ? this.#wait(this.#lightest(possible)) : this.#first(left, 1)).then(
      () => true,
      () => false,
    );
  }

  /**
   * A busy host may have time again, for this or for less.
   * @param {Offer} offer
   * @param {unknown} error
   */
  #refuse({ rendition }, error) {
    this.#refused.set(rendition, codeOf(error) === 'busy' ? this.#now() + BUSY_S : Infinity);
  }

  /** What the ladder has below an offer, the largest first. @param {Offer} offer */
  #below({ rendition }) {
    const { ladder } = this.#options.choose();
    const at = ladder.findIndex((rung) => rung.rendition === rendition);
    return ladder.slice(0, Math.max(0, at)).reverse().filter((rung) => this.#mayBe(rung));
  }

  /** All are busy: the host is waited for. @param {Offer} offer */
  #wait(offer) {
    this.#refused.delete(offer.rendition);
    return this.#load(offer, { from: 1, patient: true });
  }

  /** What is not refused for good. */
  #possible() {
    const { item, stream, banned, choose } = this.#options;
    return choose().candidates.filter(({ rendition }) => this.#refused.get(rendition) !== Infinity && !banned.has(item, stream, rendition));
  }

  /** What asks least of the host. @param {readonly Offer[]} offers */
  #lightest(offers) {
    return offers.reduce((least, offer) => (offer.kbps < least.kbps ? offer : least));
  }

  /**
   * @param {Loaded} loaded
   * @param {number} bytes
   * @param {number} seconds
   */
  learn({ offer }, bytes, seconds) {
    // The first segment is too short to tell.
    if (seconds < 1.5) return;
    const kbps = (bytes * 8) / 1000 / seconds;
    const before = this.#measured.get(offer.rendition);
    this.#measured.set(offer.rendition, before === undefined ? kbps : Math.max(kbps, before * 0.8 + kbps * 0.2));
  }

  /**
   * Whether a segment on its way is to be given up for a smaller one.
   * @param {Loaded} loaded
   * @param {{ received: number, seconds: number, ahead: number }} state
   */
  abandons({ offer }, { received, seconds, ahead }) {
    const { rungs, offers } = this.#rungs();
    const current = offers.findIndex(({ rendition }) => rendition === offer.rendition);
    if (current < 0) return false;
    const bytesLeft = Math.max(0, (rungs[current] * 1000 * seconds) / 8 - received);
    return this.#adapter.abandons({ rungs, current, kbps: this.#options.kbps(), ahead, bytesLeft, seconds, now: this.#now() });
  }

  /**
   * @param {number} ahead
   * @returns {Offer}
   */
  #wanted(ahead) {
    const { offer } = this.loaded;
    const { rungs, offers } = this.#rungs();
    const current = offers.findIndex(({ rendition }) => rendition === offer.rendition);
    // The setting was changed, or this one was refused.
    if (current < 0) return this.#candidates()[0] ?? offer;
    return offers[this.#adapter.next({ rungs, current, kbps: this.#options.kbps(), ahead, now: this.#now() })];
  }

  #rungs() {
    const offers = this.#options.choose().ladder.filter((offer) => this.#mayBe(offer));
    return { offers, rungs: offers.map(({ rendition, kbps }) => this.#measured.get(rendition) ?? kbps) };
  }

  #candidates() {
    return this.#options.choose().candidates.filter((offer) => this.#mayBe(offer));
  }

  /** @param {Offer} offer */
  #others(offer) {
    return this.#candidates().filter(({ rendition }) => rendition !== offer.rendition);
  }

  /** @param {Offer} offer */
  #mayBe({ rendition }) {
    const { item, stream, banned } = this.#options;
    return (this.#refused.get(rendition) ?? -Infinity) <= this.#now() && !banned.has(item, stream, rendition);
  }

  /**
   * @param {Offer} offer
   * @param {{ from: number, patient: boolean }} options
   * @returns {Promise<Loaded>}
   */
  async #load(offer, { from, patient }) {
    const { item, stream, media, signal } = this.#options;
    const wanted = { item, rendition: offer.rendition, stream };
    // The timeline is not needed to know the first segment: ask for both side by side.
    if (from === 0) media.segment(wanted, 0, { signal, patient });
    const { timeline, bytes } = await media.init(wanted, { signal, patient });
    if (!isTypeSupported(timeline.mime)) throw new PlaybackError(`this browser does not play ${timeline.mime}`);
    this.#loaded = { offer, timeline, init: bytes };
    return this.#loaded;
  }
}

/** @param {unknown} error @returns {string} */
function codeOf(error) {
  return /** @type {any} */ (error)?.code ?? '';
}
