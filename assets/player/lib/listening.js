/** What was heard of a track, and which tracks are gone on with where they were left. Pure. */

/** @typedef {import('../types.js').Track} Track */
/** @typedef {import('../types.js').PlayReport} PlayReport */
/** @typedef {{ hostId: string, userId: string, report: PlayReport }} Unsent */

/** What is left at most of a track that has played to its end, seconds: the next one begins a little before it is told. */
const END_S = 2;
/** So much more than the clock says a position may have moved without having jumped, seconds. */
const JITTER_S = 1;
/** Reports kept until a host takes them. */
export const UNSENT_MAX = 200;
const LONG_MS = 20 * 60_000;
/** The host keeps no place nearer to either end. */
const BEGINNING_MS = 10_000;
const END_MS = 60_000;
const SPOKEN = /audio ?book|podcast|spoken|h(ö|oe|o)r(buch|spiel)|livre audio/i;

/** Adds up what is heard of one track. */
export class Meter {
  #heard = 0;
  /** @type {{ position: number, at: number } | null} */
  #last = null;

  /**
   * @param {{ position: number, paused: boolean }} progress seconds
   * @param {number} at Any clock, ms.
   */
  tick({ position, paused }, at) {
    const last = this.#last;
    this.#last = { position, at };
    if (!last || paused) return;
    const moved = position - last.position;
    // Further than time went on, or back: it was jumped.
    if (moved > 0 && moved <= (at - last.at) / 1000 + JITTER_S) this.#heard += moved;
  }

  get heardMs() {
    return Math.round(this.#heard * 1000);
  }
}

/**
 * Whether a track that was left at a place had played to its end.
 * @param {number} position seconds
 * @param {number} duration seconds
 */
export function hasEnded(position, duration) {
  return duration > 0 && duration - position <= END_S;
}

/** Whether it is gone on with where it was left. @param {Track} track */
export function keepsPlace({ kind, duration_ms: length, genre }) {
  return kind === 'video' || length >= LONG_MS || SPOKEN.test(genre ?? '');
}

/**
 * Where to begin a track, seconds.
 * @param {Track} track
 * @param {number} [leftMs] Where this page left it, which is newer than what the host has told.
 */
export function startOf(track, leftMs = track.listened?.resume_ms ?? 0) {
  const isWithin = leftMs >= BEGINNING_MS && leftMs < track.duration_ms - Math.min(END_MS, track.duration_ms / 20);
  return keepsPlace(track) && isWithin ? leftMs / 1000 : 0;
}

/**
 * Reports that were kept, the newest of them; what is not sound is left out.
 * @param {string | null} text
 * @returns {Unsent[]}
 */
export function parseUnsent(text) {
  try {
    const kept = JSON.parse(text ?? '[]');
    const sound = Array.isArray(kept) ? kept.filter((one) => typeof one?.hostId === 'string' && typeof one.userId === 'string' && isReport(one.report)) : [];
    return sound.slice(-UNSENT_MAX);
  } catch {
    return [];
  }
}

/** @param {any} report */
function isReport(report) {
  const { track, event, at_ms: at, heard_ms: heard, of_ms: of, ended } = report ?? {};
  const counts = [at, heard, of].every((ms) => Number.isSafeInteger(ms) && ms >= 0);
  return typeof track === 'string' && typeof event === 'string' && counts && typeof ended === 'boolean';
}
