/** What a track has beside its first sound and pictures: other sounds, subtitles, chapters, pictures for its slider. */

import { keep, keptText } from './settings.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').QueueItem} QueueItem */
/** @typedef {import('../types.js').Details} Details */

const SUBTITLES = 'iroam.subtitles';
const SOUND = 'iroam.sound';
const OFF = 'off';
/** A song has no chapters; a book or a mix may, ms. */
const LONG_MS = 15 * 60_000;
/** Pictures that could not be had are asked for again after so long, ms. */
const AGAIN_MS = 20_000;

export class Extras {
  #store;
  #hosts;
  #playback;
  #abort = new AbortController();
  /** @type {string | null} */
  #trackId = null;

  /**
   * @param {Store} store
   * @param {import('./hosts.js').Hosts} hosts
   * @param {import('./playback.js').Playback} playback
   */
  constructor(store, hosts, playback) {
    this.#store = store;
    this.#hosts = hosts;
    this.#playback = playback;
    store.watch(({ playback: { item } }) => item, (item) => this.#follow(item));
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ act) =>
      document.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
    on('ir-subtitle', (id) => this.#choose(id));
    on('ir-sound', (stream) => this.#chooseSound(stream));
    on('ir-preview', () => this.#preview());
  }

  /** @param {QueueItem | null} item */
  async #follow(item) {
    if ((item?.track.id ?? null) === this.#trackId) return;
    this.#trackId = item?.track.id ?? null;
    this.#abort.abort();
    this.#abort = new AbortController();
    const { preview } = this.#store.state.extras;
    if (preview) URL.revokeObjectURL(preview.url);
    this.#store.dispatch({ type: 'extras/clear' });
    if (!item || (item.track.kind === 'audio' && item.track.duration_ms < LONG_MS)) return;
    const details = await this.#ask(item, { op: 'details' }, ({ body }) => JSON.parse(new TextDecoder().decode(body)));
    if (!details) return;
    this.#store.dispatch({ type: 'extras', extras: { details } });
    this.#asBefore(details);
  }

  /** The languages that were chosen last. @param {Details} details */
  #asBefore({ sounds, subtitles }) {
    const [language, spoken] = [keptText(SUBTITLES), keptText(SOUND)];
    const sound = spoken ? sounds.find((one) => one.language === spoken) : undefined;
    if (sound && sound.stream > 0) this.#changeSound(sound.stream);
    const subtitle =
      (language && language !== OFF ? subtitles.find((one) => one.language === language && !one.is_forced) : undefined) ??
      subtitles.find((one) => one.is_forced && one.is_default);
    if (subtitle) this.#show(subtitle.id);
  }

  /** @param {string | null} id */
  #choose(id) {
    const chosen = this.#store.state.extras.details?.subtitles.find((one) => one.id === id);
    keep(SUBTITLES, chosen ? (chosen.language ?? '') : OFF);
    this.#show(id);
  }

  /** @param {string | null} id */
  async #show(id) {
    const { item } = this.#store.state.playback;
    this.#store.dispatch({ type: 'extras', extras: { subtitle: id ? { id, text: null } : null } });
    if (!id || !item) return;
    const text = await this.#ask(item, { op: 'subtitle', id }, ({ body }) => new TextDecoder().decode(body));
    if (this.#store.state.extras.subtitle?.id !== id) return;
    this.#store.dispatch({ type: 'extras', extras: { subtitle: text === null ? null : { id, text } } });
    if (text !== null) return;
    const notice = { id: 'track', text: 'These subtitles could not be had from the host.', kind: /** @type {const} */ ('error') };
    this.#store.dispatch({ type: 'notice/show', notice });
  }

  /** @param {number} stream */
  #chooseSound(stream) {
    const chosen = this.#store.state.extras.details?.sounds.find((one) => one.stream === stream);
    if (chosen?.language) keep(SOUND, chosen.language);
    this.#changeSound(stream);
  }

  /** @param {number} stream */
  #changeSound(stream) {
    const { details, sound } = this.#store.state.extras;
    const chosen = details?.sounds.find((one) => one.stream === stream);
    if (!chosen || stream === sound) return;
    this.#store.dispatch({ type: 'extras', extras: { sound: stream } });
    this.#playback.engine.setSound(stream, { rate: 48000, lossless: false, ...chosen });
  }

  /** Pictures cost the host a while: they are asked for when somebody looks. */
  async #preview() {
    const { playback, extras } = this.#store.state;
    if (playback.item?.track.kind !== 'video' || extras.previewAsked) return;
    this.#store.dispatch({ type: 'extras', extras: { previewAsked: true } });
    const preview = await this.#ask(playback.item, { op: 'preview' }, ({ reply, body }) => {
      const { width, height, columns, count, interval_ms: interval } = reply;
      if (![width, height, columns, count, interval].every((number) => number > 0)) return null;
      return { url: URL.createObjectURL(new Blob([body], { type: 'image/jpeg' })), width, height, columns, count, interval_ms: interval };
    });
    if (preview) this.#store.dispatch({ type: 'extras', extras: { preview } });
    else this.#mayAskAgain();
  }

  /** A host that was busy or away may have them later. */
  #mayAskAgain() {
    const { signal } = this.#abort;
    setTimeout(() => signal.aborted || this.#store.dispatch({ type: 'extras', extras: { previewAsked: false } }), AGAIN_MS);
  }

  /**
   * Gives `null` for what the host does not have: then nothing is shown of it.
   * @template T
   * @param {QueueItem} item
   * @param {{ op: string, id?: string }} request
   * @param {(reply: import('../../pcd/reply.js').Reply) => T} read
   * @returns {Promise<T | null>}
   */
  async #ask({ hostId, track }, request, read) {
    const { signal } = this.#abort;
    try {
      const reply = await this.#hosts.client(hostId).request({ ...request, track: track.id }, { tries: 5, signal });
      return signal.aborted ? null : read(reply);
    } catch {
      return null;
    }
  }
}
