/** Who is signed in, which hosts there are, and what of which host is shown. */

import { emptyList } from './initial.js';

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Action} Action */
/** @typedef {import('../types.js').Host} Host */

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduceLibrary(state, action) {
  switch (action.type) {
    case 'me':
      return withHosts({ ...state, user: action.user, hostsKnown: true }, action.hosts);
    case 'host/select':
      return withSource(state, action);
    case 'host/link': {
      const others = state.unreachable.filter((id) => id !== action.hostId);
      return { ...state, unreachable: action.up ? others : [...others, action.hostId] };
    }
    case 'host/status':
      return action.hostId === state.hostId ? { ...state, status: action.status } : state;
    case 'query':
      return { ...state, query: narrowed({ ...state.query, ...action.query }, action.query) };
    default:
      return state;
  }
}

/**
 * Another source shows all that it has: what was searched or chosen was of the one before.
 * @param {State} state
 * @param {Extract<Action, { type: 'host/select' }>} action
 * @returns {State}
 */
function withSource(state, { hostId, kind, only = null, playlist = null }) {
  const { query } = state;
  const isSame = kind === query.kind && only === query.only && playlist?.id === query.playlist?.id;
  const all = { search: '', exact: false, genres: [], artists: [], albums: [] };
  return {
    ...state,
    hostId,
    status: hostId === state.hostId ? state.status : null,
    query: isSame && hostId === state.hostId ? state.query : { ...query, ...all, kind, only, playlist },
    drawerOpen: false,
  };
}

/**
 * Each column of the browser lists what the ones before it leave: choosing there begins those after it anew.
 * @param {State['query']} query
 * @param {Partial<State['query']>} change
 * @returns {State['query']}
 */
function narrowed(query, change) {
  if (change.genres) return { ...query, artists: change.artists ?? [], albums: change.albums ?? [] };
  return change.artists ? { ...query, albums: change.albums ?? [] } : query;
}

/**
 * What was shown of a host that is not there any more goes with it.
 * @param {State} state
 * @param {readonly Host[]} hosts
 * @returns {State}
 */
function withHosts(state, hosts) {
  const hostId = keepHost(state.hostId, hosts);
  if (hostId === state.hostId) return { ...state, hosts };
  return { ...state, hosts, hostId, status: null, list: emptyList(), selection: { lead: -1, anchor: -1 } };
}

/**
 * The chosen host as long as it is there; else the first that is on line, else the first.
 * @param {string | null} chosen
 * @param {readonly Host[]} hosts
 */
function keepHost(chosen, hosts) {
  if (hosts.some((host) => host.id === chosen)) return chosen;
  return (hosts.find((host) => host.online) ?? hosts[0])?.id ?? null;
}
