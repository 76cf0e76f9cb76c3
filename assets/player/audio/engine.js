/** The engine: two decks (music, video), one of them playing; what is asked of it and what it tells. Knows no store and no host. */

import { Bans, culprit } from './bans.js';
import { MediaCache } from './cache.js';
import { rolesOf } from './choice.js';
import { Deck } from './deck.js';
import { SinkError } from './errors.js';
import { gainOf, volumeWith } from './gain.js';
import { FAILURES_MAX, prefetch, Run } from './run.js';
import { Stall } from './stall.js';
import { durationSeconds } from './timeline.js';
import { renditionOf, Ways } from './ways.js';

/** @typedef {import('../types.js').QueueItem} QueueItem */
/** @typedef {import('../types.js').EngineHooks} EngineHooks */

const TICK_MS = 200;
/** So near its end a track that was fetched wholly is not missing anything, seconds. */
const END_S = 1;

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
  /** @type {import('../types.js').Sent | null} */
  #sent = null;
  #ways;
  #failures = 0;
  #volume = 1;
  #soundCheck = false;
  #offset = 0;
  #banned = new Bans();
  #buffering = false;
  #stall = new Stall();
  #origin = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #border;
  #ahead = new AbortController();
  #rehearsal = new AbortController();

  /**
   * @param {object} options
   * @param {HTMLMediaElement} options.audio
   * @param {HTMLMediaElement} options.video
   * @param {import('../types.js').MediaSourceOfTracks} options.media
   * @param {import('./throughput.js').Throughput} options.throughput
   * @param {EngineHooks} options.hooks
   */
  constructor({ audio, video, media, throughput, hooks }) {
    this.#media = new MediaCache(media);
    this.#ways = new Ways(throughput);
    this.#hooks = hooks;
    this.#decks = { audio: new Deck(audio), video: new Deck(video) };
    this.#deck = this.#decks.audio;
    for (const deck of Object.values(this.#decks)) this.#listen(deck);
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Makes the source of the music deck ahead of the first click. */
  async warm() {
    await this.#decks.audio.open(['sound'], false).catch(() => {});
  }

  /**
   * Puts the beginning of a song on the music deck before anything plays: host, driver, decoder and element then are at work
   * already when the first click comes, whichever song it is for. It is never heard: what plays begins further on.
   * @param {QueueItem} item
   */
  async rehearse(item) {
    if (this.#item || item.track.kind !== 'audio') return;
    this.#rehearsal.abort();
    this.#rehearsal = new AbortController();
    await this.#fillAhead(item, this.#rehearsal.signal).catch(() => {});
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
    this.#ways.learn(item).then(() => prefetch(this.#media, this.#ways, item, signal));
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
    this.#volume = volume;
    this.#level();
  }

  /** Whether loud tracks are to be made quieter. @param {boolean} soundCheck */
  setSoundCheck(soundCheck) {
    this.#soundCheck = soundCheck;
    this.#level();
  }

  #level() {
    const gain = this.#soundCheck && this.#item ? gainOf(this.#item.track) : 1;
    for (const { element } of Object.values(this.#decks)) element.volume = volumeWith(this.#volume, gain);
  }

  /** Stops and forgets what was playing. */
  stop() {
    this.#leave();
    this.#item = null;
  }

  /**
   * Another of the file's sounds for the video that plays, from where it is.
   * @param {number} stream
   * @param {import('../types.js').SourceAudio} audio How it is coded.
   */
  setSound(stream, audio) {
    if (!this.#item) return;
    this.#ways.setSound(this.#item.track.id, stream, audio);
    this.#begin(this.#item, this.position, false);
  }

  /** How much of the way to spend; playing follows at the next segment. @param {Pick<import('../types.js').Settings, 'music' | 'video'>} quality */
  setQuality(quality) {
    this.#ways.setQuality(quality);
    // What is said of it changes with the next tick.
    this.#sent = null;
  }

  /**
   * @param {QueueItem} item
   * @param {AbortSignal} signal
   */
  async #fillAhead(item, signal) {
    const deck = this.#decks.audio;
    await this.#ways.learn(item);
    const [{ candidates }] = this.#ways.choose(item);
    if (!candidates[0] || signal.aborted) return;
    const wanted = { item, rendition: candidates[0].rendition, stream: 0 };
    const first = this.#media.segment(wanted, 0, { signal, patient: false });
    const [{ timeline, bytes }] = await Promise.all([this.#media.init(wanted, { signal, patient: false }), deck.open(['sound'], false)]);
    signal.throwIfAborted();
    deck.use(durationSeconds(timeline));
    await deck.sinks[0].place({ timeline, init: bytes, start: 0, index: 0 }, signal);
    for await (const piece of first.pieces()) await deck.sinks[0].append(piece, signal);
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
      await deck.open(rolesOf(item.track), fresh);
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
      ways: this.#ways,
      banned: this.#banned,
      next: (after) => this.#hooks.next(after),
      onFailed: (failed, error) => this.#hooks.onFailed(failed, error),
    });
    this.#run = run;
    return run;
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
    const had = run.placed.length > 0;
    this.#failures = had ? 0 : this.#failures + 1;
    // A run of music has tried what follows by itself; a video is a run of its own.
    const goesOn = !run.over && (had || (last?.track.kind === 'video' && this.#failures < FAILURES_MAX));
    const following = last && goesOn ? await this.#hooks.next(last).catch(() => null) : null;
    // Somebody may have jumped back meanwhile.
    if (run !== this.#run || (had && !this.#deck.element.ended)) return;
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
   * The browser gave up on what it was given: not this encoding of this part of the track again, for a while. The run starts anew where it was heard,
   * with the next encoding, and when there is none, with the next track.
   * @param {Run} run
   * @param {unknown} error
   */
  #broken(run, error) {
    if (run !== this.#run || run.signal.aborted) return;
    const heard = run.at(this.#deck.time);
    // What could not be appended may be a track that is not heard yet.
    const failed = error instanceof SinkError ? run.placed.at(-1) : heard;
    if (failed) this.#ban(failed);
    if (heard && failed) return void this.#begin(heard.item, this.position, true);
    if (this.#item) this.#hooks.onFailed(this.#item, error);
    this.#end(run);
  }

  /** @param {import('./run.js').Placed} placed */
  #ban({ item, lanes }) {
    const refused = this.#deck.sinks.findIndex((sink) => sink.failed);
    const { role, loaded } = lanes[culprit(lanes.map((lane) => lane.loaded.offer), refused)];
    this.#banned.add(item, this.#ways.streamOf(item, role), loaded.offer.rendition);
  }

  /** @param {boolean} buffering */
  #setBuffering(buffering) {
    this.#buffering = buffering;
    this.#tick();
  }

  /**
   * @param {QueueItem} item
   * @param {import('../types.js').Sent | null} sent
   */
  #announce(item, sent) {
    this.#item = item;
    this.#sent = sent;
    this.#level();
    this.#hooks.onTrack(item, sent);
    this.#tick();
  }

  /** The next track is told of, and as loud as it should be, from its first moment on. @param {import('./run.js').Placed | null} placed */
  #expectBorder(placed) {
    clearTimeout(this.#border);
    const { element, time } = this.#deck;
    const left = placed ? (placed.start + placed.duration - time) * 1000 : Infinity;
    if (!element.paused && left > 0 && left <= TICK_MS) this.#border = setTimeout(() => this.#tick(), Math.max(20, left + 1));
  }

  #tick() {
    const run = this.#run;
    if (!run || !this.#item) return;
    const placed = run.at(this.#deck.time);
    this.#expectBorder(placed);
    if (placed && (placed.item !== this.#item || renditionOf(placed) !== this.#sent?.rendition)) {
      this.#item = placed.item;
      this.#sent = this.#ways.describe(placed);
      this.#level();
      this.#hooks.onTrack(placed.item, this.#sent);
    }
    const { ahead, element } = this.#deck;
    // While nothing is placed, subtitles stay where they are.
    this.#origin = placed?.start ?? this.#origin;
    this.#hooks.onProgress({
      position: this.position,
      duration: placed?.duration ?? this.#item.track.duration_ms / 1000,
      paused: element.paused,
      buffering: !element.paused && (this.#buffering || element.readyState < 3),
      ahead,
      origin: this.#origin,
    });
    this.#rescue(run, placed);
  }

  /**
   * What the browser let go of, or never had, is fetched again; what does not exist is not waited for.
   * @param {Run} run
   * @param {import('./run.js').Placed | null} placed
   */
  #rescue(run, placed) {
    const isWhole = Boolean(placed?.whole && this.position < placed.duration - END_S);
    const ends = placed?.lanes.map(({ loaded }) => placed.start + durationSeconds(loaded.timeline)) ?? [];
    this.#deck.passOver(ends);
    const isLost = this.#deck.isLost(ends, isWhole);
    const step = this.#stall.look(Boolean(placed) && isLost, placed?.item.track.id ?? '', this.position, performance.now() / 1000);
    if (step === 'over') this.#deck.stepOver(Infinity);
    if (step === 'again' && placed && run === this.#run) this.#begin(placed.item, this.position, false);
  }
}
