/** Which encoding of a track to ask for. Pure. */

/** @typedef {import('../types.js').Track} Track */
/** @typedef {'picture' | 'sound'} Role */

/** Typical types, for asking the browser before the exact one is known. @type {Readonly<Record<string, string>>} */
const MIMES = Object.freeze({
  opus_160: 'audio/mp4; codecs="opus"',
  aac_256: 'audio/mp4; codecs="mp4a.40.2"',
  flac: 'audio/mp4; codecs="flac"',
  video_copy: 'video/mp4; codecs="avc1.640028"',
});

/** @param {string} rendition */
export function typicalMime(rendition) {
  return Object.hasOwn(MIMES, rendition) ? MIMES[rendition] : undefined;
}

/**
 * The renditions that this browser plays, in the host's order (best first).
 * @param {readonly string[]} renditions
 * @param {(mime: string) => boolean} isTypeSupported
 */
export function playable(renditions, isTypeSupported) {
  return renditions.filter((rendition) => {
    const mime = typicalMime(rendition);
    return mime !== undefined && isTypeSupported(mime);
  });
}

/**
 * What a track is made of: one part for music, pictures and (where it has any) sound for a video; each with its candidates.
 * @param {Track} track
 * @param {(mime: string) => boolean} isTypeSupported
 * @returns {{ role: Role, candidates: string[] }[]}
 */
export function partsOf(track, isTypeSupported) {
  if (track.kind === 'audio') return [{ role: 'sound', candidates: playable(track.renditions, isTypeSupported) }];
  /** @type {{ role: Role, candidates: string[] }[]} */
  const parts = [{ role: 'picture', candidates: playable(track.renditions, isTypeSupported) }];
  if (track.sound?.length) parts.push({ role: 'sound', candidates: playable(track.sound, isTypeSupported) });
  return parts;
}
