/** How each track is sent: what the browser plays of it, how wide the way is, and what the listener asked for. */

import { Capabilities } from './capabilities.js';
import { choose } from './choice.js';
import { explain } from './explain.js';

/** @typedef {import('../types.js').QueueItem} QueueItem */
/** @typedef {import('../types.js').Track} Track */

export class Ways {
  #capabilities = new Capabilities();
  #throughput;
  /** @type {Pick<import('../types.js').Settings, 'music' | 'video'>} */
  #quality = { music: 'auto', video: 'auto' };
  /** @type {{ trackId: string, stream: number, audio: import('../types.js').SourceAudio } | null} */
  #sound = null;

  /** @param {import('./throughput.js').Throughput} throughput */
  constructor(throughput) {
    this.#throughput = throughput;
  }

  /** @param {Pick<import('../types.js').Settings, 'music' | 'video'>} quality */
  setQuality(quality) {
    this.#quality = quality;
  }

  /**
   * Which of the file's sounds is wanted, until another track's is chosen.
   * @param {string} trackId
   * @param {number} stream
   * @param {import('../types.js').SourceAudio} audio How it is coded.
   */
  setSound(trackId, stream, audio) {
    this.#sound = { trackId, stream, audio };
  }

  /** The measured width, or `null` while nothing was measured. */
  kbps() {
    return this.#throughput.kbps;
  }

  /** What would be chosen for it at this moment. @param {QueueItem} item */
  choose({ track }) {
    return choose(this.#heard(track), { plays: (offer) => this.#capabilities.plays(offer), kbps: this.kbps(), ...this.#quality });
  }

  /** Asks the browser what it plays of it. @param {QueueItem} item */
  learn({ track }) {
    return this.#capabilities.learn(track);
  }

  /**
   * @param {QueueItem} item
   * @param {string} role
   */
  streamOf({ track }, role) {
    return role === 'sound' && track.id === this.#sound?.trackId ? this.#sound.stream : 0;
  }

  /** What is sent, and why, in words. @param {import('./run.js').Placed} placed @returns {import('../types.js').Sent} */
  describe(placed) {
    const sent = placed.lanes.map((lane) => lane.sent);
    return { rendition: renditionOf(placed), text: explain(this.#heard(placed.item.track), sent, this.kbps()) };
  }

  /** The track with the sound that was chosen of it. @param {Track} track */
  #heard(track) {
    if (track.id !== this.#sound?.trackId || this.#sound.stream === 0) return track;
    const sound = (track.sound ?? []).filter((rendition) => rendition !== 'flac');
    return { ...track, sound, source: { ...track.source, audio: this.#sound.audio } };
  }
}

/** @param {import('./run.js').Placed} placed */
export function renditionOf({ lanes }) {
  return lanes.map(({ sent }) => sent.rendition).join('+');
}
