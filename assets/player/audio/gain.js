/** How much quieter or louder a track is played so that all sound alike (Sound Check). Pure. */

/**
 * The album's gain where there is one: the tracks of an album keep their loudness beside each other, and nothing changes within it.
 * @param {import('../types.js').Track} track
 * @returns {number} a factor
 */
export function gainOf({ loudness }) {
  if (!loudness) return 1;
  return 10 ** ((loudness.album_gain_cdb ?? loudness.track_gain_cdb) / 2000);
}

/**
 * What an element's volume is set to. It cannot be made louder than it is: a quiet track that should be louder stays below the others at full volume.
 * @param {number} volume 0..1
 * @param {number} gain
 */
export function volumeWith(volume, gain) {
  return Math.max(0, Math.min(1, volume * gain));
}
