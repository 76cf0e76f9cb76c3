/** Which renditions of a track to ask for, best first, and why. Pure: all that it depends on is an argument. */

import { offerOf } from './rendition.js';

/** @typedef {import('../types.js').Track} Track */
/** @typedef {import('../types.js').Quality} Quality */
/** @typedef {import('./rendition.js').Role} Role */
/** @typedef {import('./rendition.js').Offer} Offer */

/**
 * Why an offer is taken, or not: it `fits`; the browser does not play it at all (`browser`), or not smoothly (`rough`);
 * the way is too `slow`; the user's `setting` is below it.
 * @typedef {'fits' | 'browser' | 'rough' | 'slow' | 'setting'} Verdict
 */

/**
 * @typedef {object} Facts
 * @property {(offer: Offer) => 'smooth' | 'rough' | 'no'} plays What the browser says of it.
 * @property {number | null} kbps What the way carries; `null` when it was not measured.
 * @property {Quality} music The user's setting.
 * @property {Quality} video
 */

/**
 * @typedef {object} Part
 * @property {Role} role
 * @property {readonly Offer[]} candidates In the order to try them.
 * @property {readonly Offer[]} ladder Those among which playing may switch as the way changes, smallest first.
 * @property {ReadonlyMap<Offer, Verdict>} verdicts Of every offer, the host's best first.
 * @property {Quality} quality
 */

/** A way that was not measured is taken for this wide, kbit/s. */
const UNMEASURED_KBPS = 6000;
/** The way must carry so much more than an encoding's average. */
const HEADROOM = 1.3;
/** A film's sound may take this share of the way. */
const SOUND_SHARE = 0.25;

/** What a setting allows at most. @type {Readonly<Record<Quality, { sound: number, picture: number, lines: number }>>} */
const CEILINGS = Object.freeze({
  auto: { sound: Infinity, picture: Infinity, lines: Infinity },
  best: { sound: Infinity, picture: Infinity, lines: Infinity },
  good: { sound: 330, picture: 5000, lines: 720 },
  save: { sound: 130, picture: 900, lines: 360 },
});

/**
 * One part for music; pictures and (where it has any) sound for a video.
 * @param {Track} track
 * @param {Facts} facts
 * @returns {Part[]}
 */
export function choose(track, facts) {
  const source = track.source ?? {};
  const kbps = facts.kbps ?? UNMEASURED_KBPS;
  if (track.kind === 'audio') return [part('sound', track.renditions, source, facts, { quality: facts.music, kbps })];
  const quality = facts.video;
  const sound = track.sound?.length ? part('sound', track.sound, source, facts, { quality, kbps: kbps * SOUND_SHARE }) : null;
  const left = kbps - (sound?.candidates[0]?.kbps ?? 0);
  const picture = part('picture', track.renditions, source, facts, { quality, kbps: left });
  return sound ? [picture, sound] : [picture];
}

/** The parts of a track, before anything is asked. @param {Track} track @returns {Role[]} */
export function rolesOf(track) {
  if (track.kind === 'audio') return ['sound'];
  return track.sound?.length ? ['picture', 'sound'] : ['picture'];
}

/** What a browser may be asked about. @param {Track} track */
export function offersOf(track) {
  return [...track.renditions, ...(track.sound ?? [])].flatMap((rendition) => offerOf(rendition, track.source ?? {}) ?? []);
}

/**
 * @param {Role} role
 * @param {readonly string[]} renditions the host's best first
 * @param {import('../types.js').SourceMedia} source
 * @param {Facts} facts
 * @param {{ quality: Quality, kbps: number }} limits
 * @returns {Part}
 */
function part(role, renditions, source, facts, { quality, kbps }) {
  const offers = renditions.flatMap((rendition) => offerOf(rendition, source) ?? []);
  const verdicts = new Map(offers.map((offer) => [offer, verdict(offer, facts, quality, kbps)]));
  const of = (/** @type {Verdict} */ wanted) => offers.filter((offer) => verdicts.get(offer) === wanted);
  // What is too large is tried when all else fails, smallest first: too slow is better than silent.
  const candidates = [...of('fits'), ...bySize(of('slow')), ...bySize(of('setting')), ...of('rough')];
  return { role, candidates, ladder: ladder(role, [...of('fits'), ...of('slow')], quality), verdicts, quality };
}

/**
 * @param {Offer} offer
 * @param {Facts} facts
 * @param {Quality} quality
 * @param {number} kbps
 * @returns {Verdict}
 */
function verdict(offer, facts, quality, kbps) {
  const plays = facts.plays(offer);
  if (plays === 'no') return 'browser';
  const ceiling = CEILINGS[quality];
  if (offer.kbps > ceiling[offer.role] || (offer.role === 'picture' && offer.height > ceiling.lines)) return 'setting';
  if (plays === 'rough') return 'rough';
  return quality !== 'best' && offer.kbps * HEADROOM > kbps ? 'slow' : 'fits';
}

/**
 * Playing may step down and up these. "Best" does not step away from the best. A copy is best of all, but on the ladder it stands
 * among the others by what it takes: one that is smaller than an encoding makes that encoding pointless.
 * @param {Role} role
 * @param {Offer[]} offers
 * @param {Quality} quality
 */
function ladder(role, offers, quality) {
  if (quality === 'best') return offers.slice(0, 1);
  const copy = offers.find(({ asIs }) => asIs);
  const rungs = offers.filter((offer) => offer === copy || !copy || offer.kbps < copy.kbps);
  if (role === 'picture') return bySize(rungs);
  // One codec beside the copy is enough. AAC, where there is a choice: Opus begins roughly after another codec.
  const family = rungs.some(({ rendition }) => rendition.startsWith('aac')) && copy ? 'aac' : 'opus';
  const kept = rungs.filter((offer) => offer === copy || offer.rendition.startsWith(family));
  return bySize(kept.length > 0 ? kept : rungs);
}

/** @param {Offer[]} offers */
function bySize(offers) {
  return [...offers].sort((a, b) => a.kbps - b.kbps);
}
