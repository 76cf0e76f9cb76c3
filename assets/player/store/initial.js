/** The state before anything is known. */

/** @returns {import('../types.js').State} */
export function initialState() {
  return {
    user: null,
    hosts: [],
    hostsKnown: false,
    hostId: null,
    unreachable: [],
    status: null,
    query: { kind: 'audio', search: '', exact: false, sort: 'artist', descending: false, genres: [], artists: [], albums: [], only: null, playlist: null },
    browser: { open: false, columns: { genre: emptyColumn(), artist: emptyColumn(), album: emptyColumn() } },
    playlists: [],
    foldersOpen: [],
    list: emptyList(),
    selection: { lead: -1, anchor: -1 },
    playback: { item: null, track: null, sent: null, paused: true, buffering: false, position: 0, duration: 0, origin: 0, volume: 1 },
    art: {},
    notices: [],
    videoOpen: false,
    drawerOpen: false,
    settings: { music: 'auto', video: 'auto', soundCheck: false },
    extras: noExtras(),
  };
}

/** @returns {import('../types.js').ListState} */
export function emptyList() {
  return { status: 'idle', stale: false, total: 0, durationMs: null, bytes: null, corrected: null, pages: new Map(), error: '' };
}

/** @returns {import('../types.js').ColumnState} */
export function emptyColumn() {
  return { total: 0, tracks: 0, without: 0, pages: new Map() };
}

/** @returns {import('../types.js').ExtrasState} */
export function noExtras() {
  return { details: null, sound: 0, subtitle: null, preview: null, previewAsked: false };
}
