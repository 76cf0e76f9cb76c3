/** Between the window and the engine: the queue is the grid's order at the time of the click. */

import { isOfWholeHost } from '../../pcd/retry.js';
import { Engine } from '../audio/engine.js';
import { Throughput } from '../audio/throughput.js';
import { awayOf, awaySentence } from '../lib/away.js';
import { Failures, IN_A_ROW } from '../lib/failures.js';
import { errorText, unplayableText } from '../lib/messages.js';
import { rowAt } from '../store/selectors.js';
import { leaveIfSignedOut } from './hosts.js';
import { mediaOf } from './media.js';
import { keep, keptText } from './settings.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').QueueItem} QueueItem */

const VOLUME = 'iroam.volume';
/** "Previous" goes back to the start of a track that has played for longer, seconds. */
const RESTART_S = 3;
const EXPECT_MS = 60;

export class Playback {
  #store;
  #catalogue;
  #places;
  #tags;
  #failures = new Failures();
  /** A track whose folder is away, as long as that is what is said. @type {{ item: QueueItem, goesOn: boolean } | null} */
  #away = null;
  #engine;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {string | null} */
  #rehearsedHost = null;

  /**
   * @param {object} options
   * @param {Store} options.store
   * @param {import('./hosts.js').Hosts} options.hosts
   * @param {import('./catalogue.js').Catalogue} options.catalogue
   * @param {import('./tags.js').Tags} options.tags
   * @param {{ startOf(item: QueueItem): number }} options.places
   * @param {HTMLMediaElement} options.audio
   * @param {HTMLMediaElement} options.video
   */
  constructor({ store, hosts, catalogue, tags, places, audio, video }) {
    this.#store = store;
    this.#catalogue = catalogue;
    this.#places = places;
    this.#tags = tags;
    const throughput = new Throughput(() => performance.now());
    this.#engine = new Engine({ audio, video, media: mediaOf(store, hosts, throughput), throughput, hooks: this.#hooks() });
    this.setVolume(keptVolume());
    this.#engine.warm();
    store.watch(({ settings }) => settings, (settings) => {
      this.#engine.setQuality(settings);
      this.#engine.setSoundCheck(settings.soundCheck);
    });
    store.watch(({ selection }) => selection.lead, (lead) => this.#expect(lead));
    store.watch(({ list }) => list, () => this.#rehearse());
    store.watch(({ status }) => status?.away, () => this.#awayChanged());
  }

  get engine() {
    return this.#engine;
  }

  /** Plays a row of the grid. @param {number} index */
  play(index) {
    const { hostId, query, list } = this.#store.state;
    const track = rowAt(list, index);
    if (!hostId || !track) return;
    this.#failures.clear();
    this.#start({ hostId, track, query, index, generation: this.#catalogue.generation });
  }

  /** Play, or pause; with nothing to go on with, the selected row, else the first. */
  toggle() {
    const { playback, selection } = this.#store.state;
    const { first } = this.#failures;
    if (!playback.item && first) {
      this.#failures.clear();
      this.#start(first);
    } else if (!playback.item) this.play(Math.max(0, selection.lead));
    else if (this.#engine.paused) this.#engine.resume();
    else this.#engine.pause();
  }

  /** @param {number} by 1 or -1 */
  async skip(by) {
    const { item, position } = this.#store.state.playback;
    if (!item) return;
    if (by < 0 && (position > RESTART_S || item.index === 0)) return this.#engine.seek(0);
    const there = await this.#beside(item, by).catch(() => null);
    if (this.#engine.item !== item && this.#engine.item !== null) return;
    if (there) this.#start(there);
    else if (by < 0) this.#engine.seek(0);
    else this.#stop();
  }

  /** @param {number} seconds */
  seek(seconds) {
    this.#engine.seek(seconds);
  }

  /** @param {number} volume 0..1 */
  setVolume(volume) {
    this.#store.dispatch({ type: 'playback/volume', volume });
    this.#engine.setVolume(this.#store.state.playback.volume);
    keep(VOLUME, String(this.#store.state.playback.volume));
  }

  /** A row that was selected is likely to be played; passing over many with the arrow keys asks for none. @param {number} lead */
  #expect(lead) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const { hostId, query, list } = this.#store.state;
      const track = rowAt(list, lead);
      if (hostId && track) this.#engine.prefetch({ hostId, track, query, index: lead });
    }, EXPECT_MS);
  }

  /** Once for each host, when its songs are first shown. */
  #rehearse() {
    const { hostId, query, list } = this.#store.state;
    const track = rowAt(list, 0);
    if (!hostId || !track || list.status !== 'ready' || hostId === this.#rehearsedHost) return;
    this.#rehearsedHost = hostId;
    this.#engine.rehearse({ hostId, track, query, index: 0 });
  }

  /** @param {QueueItem} item */
  #start(item) {
    this.#away = null;
    this.#store.dispatch({ type: 'notice/hide', id: 'track' });
    this.#engine.start(item, this.#places.startOf(item));
    if (item.track.kind === 'video') this.#store.dispatch({ type: 'video', open: true });
  }

  #stop() {
    this.#engine.stop();
    this.#ended();
  }

  #ended() {
    this.#store.dispatch({ type: 'playback/track', item: null, sent: null });
    this.#store.dispatch({ type: 'video', open: false });
  }

  /** @returns {import('../types.js').EngineHooks} */
  #hooks() {
    return {
      next: (item) => this.#beside(item, 1),
      onTrack: (item, sent) => {
        this.#tags.follow(item);
        this.#store.dispatch({ type: 'playback/track', item, sent, track: this.#tags.latest(item) });
      },
      onProgress: (progress) => this.#store.dispatch({ type: 'playback/progress', progress }),
      onFailed: (item, error) => this.#failed(item, error),
      onEnded: () => this.#ended(),
    };
  }

  /**
   * @param {QueueItem} item
   * @param {unknown} error
   * @returns {boolean} whether the next track may be played
   */
  #failed(item, error) {
    if (leaveIfSignedOut(error)) return false;
    const whole = isOfWholeHost(error);
    // A host that is gone has a message of its own already.
    if (/** @type {any} */ (error)?.code === 'host_gone') return false;
    const goesOn = !whole && this.#failures.add(item);
    this.#away = /** @type {any} */ (error)?.code === 'away' ? { item, goesOn } : null;
    if (this.#away) this.#sayAway(this.#away);
    else this.#say(whole ? errorText(error) : `${unplayableText(item.track.title, error)}${goesOn ? '' : ` Playing stops: these were ${IN_A_ROW} in a row.`}`);
    return goesOn;
  }

  /** One sentence for a folder, however many of its tracks were to be played. @param {{ item: QueueItem, goesOn: boolean }} what */
  #sayAway({ item, goesOn }) {
    const { status, hostId } = this.#store.state;
    const sentence = awaySentence(item.hostId === hostId ? status?.away : undefined, item.track.kind);
    this.#say(`${sentence} ${goesOn ? 'What lies in it is passed over.' : 'Playing stops; press Play when it is back.'}`);
  }

  /** The host knows by now which folder it is, or it is back. */
  #awayChanged() {
    const { status, hostId, notices } = this.#store.state;
    if (!this.#away || this.#away.item.hostId !== hostId || !notices.some(({ id }) => id === 'track')) return;
    if (awayOf(status?.away, this.#away.item.track.kind)) return this.#sayAway(this.#away);
    this.#away = null;
    this.#store.dispatch({ type: 'notice/hide', id: 'track' });
  }

  /** @param {string} text */
  #say(text) {
    this.#store.dispatch({ type: 'notice/show', notice: { id: 'track', text, kind: 'error' } });
  }

  /**
   * @param {QueueItem} item
   * @param {number} by 1 or -1
   */
  async #beside(item, by) {
    const there = await this.#catalogue.beside(item, by);
    if (there) this.#tags.follow(there);
    return there;
  }
}

function keptVolume() {
  const kept = keptText(VOLUME);
  const volume = kept === null ? 1 : Number(kept);
  return Number.isFinite(volume) ? volume : 1;
}
