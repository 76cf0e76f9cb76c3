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
    query: { kind: 'audio', search: '', sort: 'artist', descending: false },
    list: emptyList(),
    selection: { lead: -1, anchor: -1 },
    playback: { item: null, sent: null, paused: true, buffering: false, position: 0, duration: 0, origin: 0, volume: 1 },
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
  return { status: 'idle', stale: false, total: 0, pages: new Map(), error: '' };
}

/** @returns {import('../types.js').ExtrasState} */
export function noExtras() {
  return { details: null, sound: 0, subtitle: null, preview: null, previewAsked: false };
}
