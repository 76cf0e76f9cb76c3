/** The engine: two decks (music, video), one of them playing; what is asked of it and what it tells. Knows no store and no host. */

import { MediaCache } from './cache.js';
import { Deck } from './deck.js';
import { SinkError } from './errors.js';
import { isTypeSupported } from './media_source.js';
import { partsOf } from './rendition.js';
import { begin, Run } from './run.js';
import { durationSeconds } from './timeline.js';

/** @typedef {import('../types.js').QueueItem} QueueItem */
/** @typedef {import('../types.js').EngineHooks} EngineHooks */

const TICK_MS = 200;

export class Engine {
  #media;
  #hooks;
  #decks;
  /** @type {Deck} */
  #deck;
  /** @type {Run | null} */
  #run = null;
  /** @type {QueueItem | null} */
  #item = null;
  /** @type {string | null} */
  #rendition = null;
  #offset = 0;
  /** @type {Set<string>} */
  #banned = new Set();
  #buffering = false;
  #ahead = new AbortController();
  #rehearsal = new AbortController();

  /**
   * @param {object} options
   * @param {HTMLMediaElement} options.audio
   * @param {HTMLMediaElement} options.video
   * @param {import('../types.js').MediaSourceOfTracks} options.media
   * @param {EngineHooks} options.hooks
   */
  constructor({ audio, video, media, hooks }) {
    this.#media = new MediaCache(media);
    this.#hooks = hooks;
    this.#decks = { audio: new Deck(audio), video: new Deck(video) };
    this.#deck = this.#decks.audio;
    for (const deck of Object.values(this.#decks)) this.#listen(deck);
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Makes the source of the music deck ahead of the first click. */
  async warm() {
    await this.#decks.audio.open(['flac'], false).catch(() => {});
  }

  /**
   * Puts the beginning of a song on the music deck before anything plays: host, driver, decoder and element then are at work
   * already when the first click comes, whichever song it is for. It is never heard: what plays begins further on.
   * @param {QueueItem} item
   */
  async rehearse(item) {
    const [{ candidates }] = partsOf(item.track, isTypeSupported);
    if (this.#item || item.track.kind !== 'audio' || !candidates[0]) return;
    this.#rehearsal.abort();
    this.#rehearsal = new AbortController();
    await this.#fillAhead(item, candidates[0], this.#rehearsal.signal).catch(() => {});
  }

  get item() {
    return this.#item;
  }

  get paused() {
    return this.#deck.element.paused;
  }

  get position() {
    const placed = this.#run?.at(this.#deck.time);
    return placed ? Math.max(0, Math.min(this.#deck.time - placed.start, placed.duration)) : this.#offset;
  }

  /**
   * Plays `item`. Call it from the click itself: the browser lets sound begin only then.
   * @param {QueueItem} item
   * @param {number} [offset] seconds
   */
  start(item, offset = 0) {
    const deck = this.#decks[item.track.kind];
    if (deck !== this.#deck) this.#leave();
    this.#deck = deck;
    this.#play();
    this.#begin(item, offset, item.track.kind === 'video' && item.track.id !== this.#item?.track.id);
  }

  /** Has the beginning of a track at hand that may be played next: it was selected, say. @param {QueueItem} item */
  prefetch(item) {
    this.#ahead.abort();
    this.#ahead = new AbortController();
    const { signal } = this.#ahead;
    for (const { candidates } of partsOf(item.track, isTypeSupported)) {
      if (candidates[0]) begin(this.#media, item, candidates[0], signal).catch(() => {});
    }
  }

  pause() {
    this.#deck.element.pause();
  }

  resume() {
    if (this.#run) this.#play();
  }

  /** @param {number} seconds within the track */
  seek(seconds) {
    const placed = this.#run?.at(this.#deck.time);
    const item = placed?.item ?? this.#item;
    if (!item) return;
    const time = placed ? placed.start + Math.min(seconds, placed.duration) : 0;
    if (placed && this.#deck.has(time)) this.#deck.seek(time);
    else this.#begin(item, seconds, false);
    this.#tick();
  }

  /** @param {number} volume 0..1 */
  setVolume(volume) {
    for (const { element } of Object.values(this.#decks)) element.volume = volume;
  }

  /** Stops and forgets what was playing. */
  stop() {
    this.#leave();
    this.#item = null;
  }

  /**
   * @param {QueueItem} item
   * @param {string} rendition
   * @param {AbortSignal} signal
   */
  async #fillAhead(item, rendition, signal) {
    const deck = this.#decks.audio;
    const coming = this.#media.segment(item, rendition, 0, signal);
    const [{ timeline, bytes }, first] = await Promise.all([this.#media.init(item, rendition, signal), coming, deck.open([rendition], false)]);
    signal.throwIfAborted();
    deck.use(durationSeconds(timeline));
    await deck.sinks[0].place(timeline, 0, bytes, signal);
    await deck.sinks[0].append(first, signal);
    await deck.rehearsed(signal);
  }

  /**
   * @param {QueueItem} item
   * @param {number} offset
   * @param {boolean} fresh Whether the deck needs a new source.
   */
  async #begin(item, offset, fresh) {
    this.#rehearsal.abort();
    this.#run?.stop();
    const deck = this.#deck;
    const run = this.#newRun(deck);
    this.#offset = offset;
    this.#announce(item, null);
    try {
      await deck.open(this.#shapeOf(item), fresh);
      if (run.signal.aborted) return;
      run.origin = deck.jump(offset);
      await run.drive(item, offset);
      if (run.placed.length === 0) this.#finish(run);
    } catch (error) {
      if (!run.signal.aborted) this.#broken(run, error);
    }
  }

  /** @param {Deck} deck */
  #newRun(deck) {
    const run = new Run({
      deck,
      media: this.#media,
      banned: this.#banned,
      next: (after) => this.#hooks.next(after),
      onFailed: (failed, error) => this.#hooks.onFailed(failed, error),
    });
    this.#run = run;
    return run;
  }

  /** One sink for music; for a video one for each part. @param {QueueItem} item */
  #shapeOf(item) {
    const parts = partsOf(item.track, isTypeSupported);
    if (item.track.kind === 'audio') return [parts[0].candidates[0] ?? 'flac'];
    return parts.map(({ candidates, role }) => candidates[0] ?? (role === 'picture' ? 'video_copy' : 'aac_256'));
  }

  /** @param {Deck} deck */
  #listen(deck) {
    const { element } = deck;
    const on = (/** @type {string} */ name, /** @type {() => void} */ act) =>
      element.addEventListener(name, () => {
        if (deck === this.#deck) act();
      });
    on('waiting', () => this.#setBuffering(true));
    on('playing', () => this.#setBuffering(false));
    for (const name of ['play', 'pause', 'seeked']) on(name, () => this.#tick());
    on('ended', () => element.ended && this.#run && this.#finish(this.#run));
    on('error', () => this.#run && element.error && this.#broken(this.#run, element.error));
  }

  #play() {
    // Refused without a click, or overtaken by a pause: the button then still says "Play".
    this.#deck.element.play().catch(() => {});
  }

  /** Goes over to the other deck. */
  #leave() {
    this.#run?.stop();
    this.#run = null;
    this.#deck.element.pause();
    if (this.#deck === this.#decks.video) this.#deck.close();
  }

  /** The run has nothing more: on to what follows it (a video after a video), or to the end. @param {Run} run */
  async #finish(run) {
    const last = run.placed.at(-1)?.item ?? this.#item;
    const following = last && run.placed.length > 0 && !run.over ? await this.#hooks.next(last).catch(() => null) : null;
    if (run !== this.#run) return;
    if (following) this.start(following);
    else this.#end(run);
  }

  /** @param {Run} run */
  #end(run) {
    run.stop();
    this.stop();
    this.#hooks.onEnded();
  }

  /**
   * The browser gave up on what it was given: not this encoding of this track again. The run starts anew where it was heard,
   * with the next encoding, and when there is none, with the next track.
   * @param {Run} run
   * @param {unknown} error
   */
  #broken(run, error) {
    if (run !== this.#run || run.signal.aborted) return;
    const heard = run.at(this.#deck.time);
    // What could not be appended may be a track that is not heard yet.
    const culprit = error instanceof SinkError ? run.placed.at(-1) : heard;
    for (const rendition of culprit?.rendition.split('+') ?? []) this.#banned.add(`${culprit?.item.track.id}/${rendition}`);
    if (heard && culprit) return void this.#begin(heard.item, this.position, true);
    if (this.#item) this.#hooks.onFailed(this.#item, error);
    this.#end(run);
  }

  /** @param {boolean} buffering */
  #setBuffering(buffering) {
    this.#buffering = buffering;
    this.#tick();
  }

  /**
   * @param {QueueItem} item
   * @param {string | null} rendition
   */
  #announce(item, rendition) {
    this.#item = item;
    this.#rendition = rendition;
    this.#hooks.onTrack(item, rendition);
    this.#tick();
  }

  #tick() {
    const run = this.#run;
    if (!run || !this.#item) return;
    const placed = run.at(this.#deck.time);
    if (placed && (placed.item !== this.#item || placed.rendition !== this.#rendition)) {
      this.#item = placed.item;
      this.#rendition = placed.rendition;
      this.#hooks.onTrack(placed.item, placed.rendition);
    }
    const { ahead, element } = this.#deck;
    this.#hooks.onProgress({
      position: this.position,
      duration: placed?.duration ?? this.#item.track.duration_ms / 1000,
      paused: element.paused,
      buffering: !element.paused && (this.#buffering || element.readyState < 3),
      ahead,
    });
  }
}
