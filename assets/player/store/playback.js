/** What plays, where in it, and how loud. */

/** @typedef {import('../types.js').PlaybackState} PlaybackState */
/** @typedef {import('../types.js').Action} Action */

/**
 * @param {PlaybackState} playback
 * @param {Action} action
 * @returns {PlaybackState}
 */
export function reducePlayback(playback, action) {
  switch (action.type) {
    case 'playback/track':
      return track(playback, action.item, action.rendition);
    case 'playback/progress': {
      const { position, duration, paused, buffering } = action.progress;
      return { ...playback, position, duration, paused, buffering };
    }
    case 'playback/volume':
      return { ...playback, volume: Math.min(1, Math.max(0, action.volume)) };
    default:
      return playback;
  }
}

/**
 * @param {PlaybackState} playback
 * @param {PlaybackState['item']} item
 * @param {string | null} rendition
 */
function track(playback, item, rendition) {
  if (!item) return { ...playback, item, rendition: null, paused: true, buffering: false, position: 0, duration: 0 };
  if (item === playback.item) return { ...playback, rendition };
  return { ...playback, item, rendition, position: 0, duration: item.track.duration_ms / 1000 };
}
