/** What this browser says that it can play: at once by type, and after a moment whether smoothly (Media Capabilities). */

import { isTypeSupported } from './media_source.js';
import { offersOf } from './choice.js';

/** @typedef {import('./rendition.js').Offer} Offer */

/** An answer that takes longer is not waited for, ms: sound comes first. */
const PATIENCE_MS = 150;

export class Capabilities {
  /** @type {Map<string, Promise<void>>} */
  #asked = new Map();
  /** @type {Map<string, 'smooth' | 'rough' | 'no'>} */
  #known = new Map();

  /** @param {Offer} offer */
  plays(offer) {
    if (!isTypeSupported(offer.mime)) return 'no';
    return this.#known.get(key(offer)) ?? 'smooth';
  }

  /** Asks the browser about all that is offered of a track. @param {import('../types.js').Track} track */
  async learn(track) {
    const answers = offersOf(track).map((offer) => this.#ask(offer));
    await Promise.race([Promise.all(answers), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  }

  /** @param {Offer} offer */
  #ask(offer) {
    const name = key(offer);
    const asked = this.#asked.get(name) ?? this.#decodingInfo(offer, name);
    this.#asked.set(name, asked);
    return asked;
  }

  /**
   * @param {Offer} offer
   * @param {string} name
   */
  async #decodingInfo(offer, name) {
    try {
      const { supported, smooth } = await navigator.mediaCapabilities.decodingInfo(configuration(offer));
      this.#known.set(name, supported ? (smooth ? 'smooth' : 'rough') : 'no');
    } catch {
      // Not every browser can be asked, nor about every type: then what it says of the type counts.
    }
  }
}

/** @param {Offer} offer @returns {MediaDecodingConfiguration} */
function configuration({ role, mime, kbps, channels, rate, width, height, fps }) {
  const bitrate = Math.round(kbps * 1000);
  if (role === 'sound') return { type: 'media-source', audio: { contentType: mime, channels: String(channels), bitrate, samplerate: rate } };
  return { type: 'media-source', video: { contentType: mime, width, height, bitrate, framerate: fps } };
}

/** @param {Offer} offer */
function key({ mime, channels, rate, width, height, fps }) {
  return [mime, channels, rate, width, height, Math.round(fps)].join('|');
}
