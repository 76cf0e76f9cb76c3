/** What is sent of a file, and why, in words for the one who listens. Pure. */

import { nameOf } from './rendition.js';

/** @typedef {import('../types.js').Track} Track */
/** @typedef {import('./choice.js').Part} Part */
/** @typedef {import('./choice.js').Verdict} Verdict */

const QUALITY_NAMES = Object.freeze({ auto: 'Automatic', best: 'Best', good: 'Good', save: 'Save data' });

/**
 * "FLAC file, sent as it is: the connection carries 12 Mbit/s."
 * @param {Track} track
 * @param {readonly { part: Part, rendition: string }[]} sent
 * @param {number | null} kbps
 */
export function explain(track, sent, kbps) {
  const sentences = sent.map(({ part, rendition }) => {
    const codec = codecOf(track, part.role);
    const what = part.role === 'sound' && track.kind === 'video' ? `Sound ${codec}` : `${codec} ${track.kind === 'video' ? 'film' : 'file'}`;
    return `${what}, ${how(codec, rendition)}: ${why(part, rendition, codec, kbps)}.`;
  });
  return sentences.join(' ');
}

/** "640 kbit/s", "12 Mbit/s". @param {number} kbps */
export function rate(kbps) {
  if (kbps < 995) return `${Math.max(10, Math.round(kbps / 10) * 10)} kbit/s`;
  const megabits = kbps / 1000;
  return `${megabits < 10 ? Math.round(megabits * 10) / 10 : Math.round(megabits)} Mbit/s`;
}

/**
 * @param {Track} track
 * @param {import('./rendition.js').Role} role
 */
function codecOf(track, role) {
  const source = role === 'sound' ? track.source?.audio : track.source?.video;
  return source?.codec ?? track.codec;
}

/**
 * @param {string} codec
 * @param {string} rendition
 */
function how(codec, rendition) {
  if (isCopy(rendition) || (rendition === 'flac' && codec === 'FLAC')) return 'sent as it is';
  if (rendition === 'flac') return 'sent as FLAC, without loss';
  return `converted to ${nameOf(rendition)}`;
}

/**
 * Why this one: what spoke for it, or what spoke against those that are better.
 * @param {Part} part
 * @param {string} rendition
 * @param {string} codec
 * @param {number | null} kbps
 */
function why(part, rendition, codec, kbps) {
  const offers = [...part.verdicts];
  const at = offers.findIndex(([offer]) => offer.rendition === rendition);
  const better = offers.slice(0, Math.max(0, at));
  const asIs = offers.find(([offer]) => offer.asIs);
  const reasons = new Set(better.map(([offer, verdict]) => against(verdict, isCopy(offer.rendition) ? codec : nameOf(offer.rendition), part, kbps)));
  if (!asIs) reasons.add(`the ${codec} in this file cannot be sent as it is`);
  reasons.delete('');
  if (better.length === 0 && asIs) return spokeFor(part, kbps);
  return reasons.size > 0 ? [...reasons].join(', and ') : 'the host could not send it otherwise';
}

/** Of the file's own coded media, not of its samples coded anew. @param {string} rendition */
function isCopy(rendition) {
  return rendition.endsWith('_copy');
}

/**
 * @param {Part} part
 * @param {number | null} kbps
 */
function spokeFor({ quality }, kbps) {
  if (quality !== 'auto') return `the quality is set to ${QUALITY_NAMES[quality]}`;
  return kbps === null ? 'this browser plays it' : `the connection carries ${rate(kbps)}`;
}

/**
 * @param {Verdict} verdict
 * @param {string} what
 * @param {Part} part
 * @param {number | null} kbps
 */
function against(verdict, what, { role, quality }, kbps) {
  if (verdict === 'browser') return `this browser does not play ${what}`;
  if (verdict === 'rough') return `this browser does not play ${what}${role === 'picture' ? ' of this size' : ''} smoothly`;
  if (verdict === 'setting') return `the quality is set to ${QUALITY_NAMES[quality]}`;
  if (verdict === 'slow') return kbps === null ? 'the connection was not measured yet' : `the connection carries ${rate(kbps)}`;
  return '';
}
