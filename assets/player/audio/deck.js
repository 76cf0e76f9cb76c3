/**
 * One media element fed by a MediaSource: a turntable. Tracks lie one after another on the element's timeline, each at an exact
 * place, so that albums join without a gap. A jump begins a new run on an empty stretch further on, so that it waits for nothing.
 */

import { isTypeSupported, newMediaSource } from './media_source.js';
import { rangesOf, Sink } from './sink.js';
import { aheadOf, isLost, isOver, isPartOver, stepOver } from './ranges.js';
import { typicalMimes } from './rendition.js';

/** @typedef {import('./rendition.js').Role} Role */

/** Empty seconds between one run and the next, so that nothing of the old one can be heard. */
const RUN_GAP_S = 5;
/** Length of the timeline. With an endless one the element would not seek past what is buffered, which every jump does. */
const TIMELINE_S = 1e9;
/** Holes up to this long are stepped over: pictures often begin a few frames late. */
const STEP_S = 0.5;

export class Deck {
  /** @type {MediaSource | null} */
  #source = null;
  #url = '';
  /** @type {Sink[]} */
  #sinks = [];
  #shape = '';
  /** @type {Promise<void>} */
  #opening = Promise.resolve();
  #used = 0;
  #wanted = 0;

  /** @param {HTMLMediaElement} element */
  constructor(element) {
    this.element = element;
    element.preload = 'auto';
    // A managed source opens only on an element that cannot be sent to another device.
    element.disableRemotePlayback = true;
    element.addEventListener('loadedmetadata', () => this.#arrive());
    for (const name of ['waiting', 'progress']) element.addEventListener(name, () => this.stepOver());
  }

  get sinks() {
    return this.#sinks;
  }

  get time() {
    return this.element.readyState === 0 ? this.#wanted : this.element.currentTime;
  }

  get ahead() {
    return aheadOf(rangesOf(this.element.buffered), this.time);
  }

  /** Tells where the timeline is in use up to. @param {number} seconds */
  use(seconds) {
    this.#used = Math.max(this.#used, seconds);
  }

  /**
   * Makes a MediaSource with a sink for each part; keeps the one there is when it has the same kinds of sinks.
   * @param {Role[]} roles
   * @param {boolean} fresh Whether a new one is wanted in any case.
   */
  open(roles, fresh) {
    const shape = roles.join('+');
    if (!fresh && this.#shape === shape && !this.element.error) return this.#opening;
    this.#shape = shape;
    this.#opening = this.#make(roles);
    return this.#opening;
  }

  /** Waits until what was appended at the start is decoded, then leaves it: it is not to be heard. @param {AbortSignal} signal */
  async rehearsed(signal) {
    if (this.element.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      await new Promise((resolve) => this.element.addEventListener('loadeddata', resolve, { once: true, signal }));
    }
    if (!signal.aborted) this.seek(this.#empty);
  }

  /** Where nothing lies yet, seconds. */
  get #empty() {
    return this.#used === 0 ? 0 : Math.ceil(this.#used) + RUN_GAP_S;
  }

  /** Moves to an empty stretch; gives where it begins, seconds. @param {number} offset Where in it to listen. */
  jump(offset) {
    const start = this.#empty;
    this.#reopen();
    this.seek(start + offset);
    return start;
  }

  /** @param {number} time seconds */
  seek(time) {
    this.#wanted = time;
    if (this.element.readyState > 0) this.element.currentTime = time;
  }

  /** Whether the element should play, and cannot. */
  get #isStalled() {
    const { paused, ended, readyState } = this.element;
    return !paused && !ended && readyState > 0 && readyState <= 2;
  }

  /**
   * Whether the element stands at a hole that nothing will fill.
   * @param {readonly number[]} ends Where each part of the track ends on the timeline, seconds.
   * @param {boolean} isWhole Whether all of the track was fetched.
   */
  isLost(ends, isWhole) {
    if (!this.#isStalled) return false;
    const at = this.element.currentTime;
    const parts = this.#sinks.filter((_, index) => !isOver(ends[index], at));
    return isLost(parts.map(({ ranges }) => ranges), at, isWhole);
  }

  /**
   * Goes on where one part of the track is over before the other: to the browser it is late, until it is told that nothing more comes.
   * @param {readonly number[]} ends Where each part of the track ends on the timeline, seconds.
   */
  passOver(ends) {
    const source = this.#source;
    const at = this.element.currentTime;
    if (!this.#isStalled || source?.readyState !== 'open' || this.#sinks.some(({ busy }) => busy)) return;
    if (!isPartOver(this.#sinks.map(({ ranges }) => ranges), ends, at)) return;
    source.endOfStream();
    // The part that is over has heard of it; the other one goes on.
    this.#reopen(this.#sinks.findIndex((_, index) => isOver(ends[index], at)));
  }

  /** Whether `time` can be heard without fetching. @param {number} time */
  has(time) {
    return aheadOf(rangesOf(this.element.buffered), time) > 0.1;
  }

  /** Nothing more will come: the element ends by itself. @param {AbortSignal} signal */
  async end(signal) {
    await Promise.all(this.#sinks.map((sink) => sink.settled()));
    if (!signal.aborted && this.#source?.readyState === 'open') this.#source.endOfStream();
  }

  close() {
    this.element.removeAttribute('src');
    this.element.load();
    URL.revokeObjectURL(this.#url);
    this.#source = null;
    this.#sinks = [];
    this.#shape = '';
  }

  /** @param {Role[]} roles */
  async #make(roles) {
    const source = newMediaSource();
    this.#source = source;
    this.#used = 0;
    await this.#attach(source);
    this.#sinks = roles.map((role) => {
      // The type changes with what is played; any that the browser knows will do to begin with.
      const mime = typicalMimes(role).find(isTypeSupported) ?? '';
      return new Sink(source.addSourceBuffer(mime), mime);
    });
    source.duration = TIMELINE_S;
  }

  /** @param {MediaSource} source */
  async #attach(source) {
    const opened = new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
    // A new source pauses the element; somebody who pressed play still wants to hear.
    const playing = !this.element.paused;
    URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(source);
    this.element.src = this.#url;
    if (playing) this.element.play().catch(() => {});
    await opened;
  }

  /** @param {number} [by] Which of the sinks may be changed for it. */
  #reopen(by = 0) {
    const source = this.#source;
    if (source?.readyState !== 'ended') return;
    this.#sinks[by]?.reopen();
    source.duration = TIMELINE_S;
  }

  /** The first init has come: go where it was asked to go before there was anything. */
  #arrive() {
    if (Math.abs(this.element.currentTime - this.#wanted) > 0.01) this.element.currentTime = this.#wanted;
  }

  /** Leaves a hole for what lies behind it. @param {number} [reach] seconds */
  stepOver(reach = STEP_S) {
    const to = this.#isStalled ? stepOver(rangesOf(this.element.buffered), this.element.currentTime, reach) : null;
    if (to !== null) this.element.currentTime = to + 0.001;
  }
}
