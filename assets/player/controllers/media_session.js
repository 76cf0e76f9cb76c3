/** Media keys, the lock screen and the browser's own display (Media Session). */

import { currentHost } from '../store/selectors.js';

/** @typedef {import('../types.js').Store} Store */

/**
 * @param {Store} store
 * @param {import('./playback.js').Playback} playback
 */
export function connectMediaSession(store, playback) {
  const session = navigator.mediaSession;
  if (!session) return;
  handle('play', () => store.state.playback.paused && playback.toggle());
  handle('pause', () => !store.state.playback.paused && playback.toggle());
  handle('nexttrack', () => playback.skip(1));
  handle('previoustrack', () => playback.skip(-1));
  handle('seekto', ({ seekTime }) => seekTime !== undefined && playback.seek(seekTime));
  const track = () => (session.metadata = metadata(store.state));
  store.watch((state) => state.playback.track, track);
  store.watch((state) => state.art, track);
  store.watch((state) => state.playback.paused, (paused) => {
    session.playbackState = store.state.playback.item ? (paused ? 'paused' : 'playing') : 'none';
  });
  store.watch((state) => Math.floor(state.playback.position), () => tellPosition(store.state.playback));
}

/**
 * @param {MediaSessionAction} action
 * @param {MediaSessionActionHandler} handler
 */
function handle(action, handler) {
  try {
    navigator.mediaSession.setActionHandler(action, handler);
  } catch {
    // An action that this browser does not know is not offered.
  }
}

/** @param {import('../types.js').State} state */
function metadata(state) {
  const { track } = state.playback;
  if (!track) return null;
  const url = state.art[track.art ?? ''];
  return new MediaMetadata({
    title: track.title,
    artist: track.artist ?? currentHost(state)?.name ?? '',
    album: track.album ?? '',
    artwork: url ? [{ src: url }] : [],
  });
}

/** @param {import('../types.js').PlaybackState} playback */
function tellPosition({ item, position, duration }) {
  if (!item || !(duration > 0)) return;
  navigator.mediaSession.setPositionState?.({ duration, position: Math.min(position, duration), playbackRate: 1 });
}
