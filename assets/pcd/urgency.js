/** How urgent a request is, 0 (most) to 7, as in RFC 9218, section 4.1: what is about to be heard goes before what may be looked at. */

const SECONDS_SOON = 8_000;

/** @type {Readonly<Record<string, number>>} */
const URGENCIES = Object.freeze({
  init: 1,
  browse: 2,
  facets: 2,
  tracks: 2,
  details: 2,
  subtitle: 3,
  lyrics: 3,
  info: 3,
  art: 5,
  waveform: 6,
  preview: 6,
});
const OTHER = 4;
const PREFETCH = 6;

/**
 * @param {{ op?: string, rendition?: string, ahead_ms?: number }} request
 * @returns {number}
 */
export function urgencyOf(request) {
  const op = request.op ?? '';
  if (op !== 'segment') return Object.hasOwn(URGENCIES, op) ? Number(URGENCIES[op]) : OTHER;
  if (request.ahead_ms === undefined) return PREFETCH;
  const isSound = !/^(h264|video)_/.test(request.rendition ?? '');
  // Sound never waits for pictures.
  return (request.ahead_ms < SECONDS_SOON ? 0 : 2) + (isSound ? 0 : 1);
}
