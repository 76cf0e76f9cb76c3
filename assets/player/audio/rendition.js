/** What is known of each rendition by its name. Pure. */

/** @typedef {'picture' | 'sound'} Role */
/** @typedef {import('../types.js').SourceMedia} SourceMedia */

/**
 * @typedef {object} Encoded
 * @property {Role} role
 * @property {string} mime A typical type, for asking the browser before the exact one is known.
 * @property {number} kbps
 * @property {string} name For people.
 * @property {number} [lines]
 */

/** @param {string} name @param {string} codec @param {number} kbps @returns {Encoded} */
const sound = (name, codec, kbps) => ({ role: 'sound', mime: `audio/mp4; codecs="${codec}"`, kbps, name: `${name} at ${kbps} kbit/s` });

/** @param {number} lines @param {string} level @param {number} kbps @returns {Encoded} */
const picture = (lines, level, kbps) => ({ role: 'picture', mime: `video/mp4; codecs="avc1.${level}"`, kbps, lines, name: `H.264 ${lines}p` });

/** @type {Readonly<Record<string, Encoded>>} */
const ENCODED = Object.freeze({
  opus_96: sound('Opus', 'opus', 96),
  opus_160: sound('Opus', 'opus', 160),
  aac_128: sound('AAC', 'mp4a.40.2', 128),
  aac_256: sound('AAC', 'mp4a.40.2', 256),
  h264_240: picture(240, '64000d', 400),
  h264_360: picture(360, '64001e', 800),
  h264_480: picture(480, '64001e', 1400),
  h264_720: picture(720, '64001f', 3000),
  h264_1080: picture(1080, '640028', 5500),
});

const FLAC_MIME = 'audio/mp4; codecs="flac"';
/** FLAC takes about so much of the samples' own size. */
const FLAC_SHARE = 0.65;

/**
 * A rendition of one file: what a browser is asked about it, and what it takes of the way.
 * @typedef {object} Offer
 * @property {string} rendition
 * @property {Role} role
 * @property {string} mime
 * @property {number} kbps as far as is known beforehand
 * @property {boolean} asIs Nothing is lost: the file's own coded media, or its exact samples.
 * @property {number} channels of a sound
 * @property {number} rate Hz, of a sound
 * @property {number} width of a picture
 * @property {number} height
 * @property {number} fps
 */

/** Any type that a sink of this role can begin with. @param {Role} role */
export function typicalMimes(role) {
  const mimes = Object.values(ENCODED).flatMap((encoded) => (encoded.role === role ? [encoded.mime] : []));
  return role === 'sound' ? [...mimes, FLAC_MIME, 'audio/mpeg'] : [...mimes, 'video/mp4; codecs="vp09.00.31.08"'];
}

/**
 * `null` for one that this player does not know, or whose type the host does not tell.
 * @param {string} rendition
 * @param {SourceMedia} source
 * @returns {Offer | null}
 */
export function offerOf(rendition, { audio, video }) {
  if (rendition === 'flac') return soundOffer(rendition, FLAC_MIME, flacKbps(audio), true, audio);
  if (rendition === 'audio_copy') return audio?.mime ? soundOffer(rendition, audio.mime, audio.kbps ?? 256, true, audio) : null;
  if (rendition === 'video_copy') return video?.mime ? pictureOffer(rendition, video.mime, video.kbps ?? copyKbps(video.height), video, video.height) : null;
  const encoded = Object.hasOwn(ENCODED, rendition) ? ENCODED[rendition] : undefined;
  if (!encoded) return null;
  if (encoded.role === 'sound') return soundOffer(rendition, encoded.mime, encoded.kbps, false, { channels: 2, rate: 48000 });
  return pictureOffer(rendition, encoded.mime, encoded.kbps, video, encoded.lines ?? 0);
}

/**
 * What is sent, in words: "H.264 720p", "Opus at 160 kbit/s".
 * @param {string} rendition
 */
export function nameOf(rendition) {
  return Object.hasOwn(ENCODED, rendition) ? ENCODED[rendition].name : rendition === 'flac' ? 'FLAC' : 'it is';
}

/**
 * @param {string} rendition
 * @param {string} mime
 * @param {number} kbps
 * @param {boolean} asIs
 * @param {Partial<import('../types.js').SourceAudio> | undefined} audio
 * @returns {Offer}
 */
function soundOffer(rendition, mime, kbps, asIs, audio) {
  const { channels = 2, rate = 44100 } = audio ?? {};
  return { rendition, role: 'sound', mime, kbps, asIs, channels, rate, width: 0, height: 0, fps: 0 };
}

/**
 * @param {string} rendition
 * @param {string} mime
 * @param {number} kbps
 * @param {import('../types.js').SourceVideo | undefined} video
 * @param {number} lines at most
 * @returns {Offer}
 */
function pictureOffer(rendition, mime, kbps, video, lines) {
  const { width = 1920, height = 1080, frames_per_1000_s: frames = 0 } = video ?? {};
  const scale = height > 0 ? Math.min(1, lines / height) : 1;
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  return { rendition, role: 'picture', mime, kbps, asIs: rendition === 'video_copy', channels: 0, rate: 0, ...size, fps: frames > 0 ? frames / 1000 : 30 };
}

/** @param {import('../types.js').SourceAudio | undefined} audio */
function flacKbps(audio) {
  if (!audio) return 900;
  if (audio.codec === 'FLAC' && audio.kbps) return audio.kbps;
  return (audio.rate * (audio.bits ?? 16) * audio.channels * FLAC_SHARE) / 1000;
}

/** @param {number} lines */
function copyKbps(lines) {
  return Math.max(600, (lines / 1080) ** 2 * 6000);
}
