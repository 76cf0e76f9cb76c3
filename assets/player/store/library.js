/** Who is signed in, which hosts there are, and what of which host is shown. */

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
      return { ...state, user: action.user, hosts: action.hosts, hostsKnown: true, hostId: keepHost(state.hostId, action.hosts) };
    case 'host/select':
      return {
        ...state,
        hostId: action.hostId,
        status: action.hostId === state.hostId ? state.status : null,
        query: action.kind === state.query.kind ? state.query : { ...state.query, kind: action.kind, search: '' },
        drawerOpen: false,
      };
    case 'host/link': {
      const others = state.unreachable.filter((id) => id !== action.hostId);
      return { ...state, unreachable: action.up ? others : [...others, action.hostId] };
    }
    case 'host/status':
      return action.hostId === state.hostId ? { ...state, status: action.status } : state;
    case 'query':
      return { ...state, query: { ...state.query, ...action.query } };
    default:
      return state;
  }
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
