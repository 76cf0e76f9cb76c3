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
      return track(playback, action.item, action.sent, action.track ?? action.item?.track ?? null);
    case 'playback/tags': {
      const { item } = playback;
      const isIt = item?.hostId === action.hostId && item.track.id === action.track.id;
      return isIt ? { ...playback, track: action.track } : playback;
    }
    case 'playback/progress': {
      const { position, duration, paused, buffering, origin } = action.progress;
      return { ...playback, position, duration, paused, buffering, origin };
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
 * @param {PlaybackState['sent']} sent
 * @param {PlaybackState['track']} now
 */
function track(playback, item, sent, now) {
  if (!item) return { ...playback, item, track: null, sent: null, paused: true, buffering: false, position: 0, duration: 0 };
  if (item === playback.item) return { ...playback, sent };
  return { ...playback, item, track: now, sent, position: 0, duration: item.track.duration_ms / 1000 };
}
