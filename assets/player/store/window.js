/** What the window itself shows: covers, messages, the video pane, the drawer, a track's extras. */

import { noExtras } from './initial.js';

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Action} Action */

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduceWindow(state, action) {
  switch (action.type) {
    case 'art':
      return { ...state, art: action.art };
    case 'notice/show':
      return { ...state, notices: [...state.notices.filter(({ id }) => id !== action.notice.id), action.notice] };
    case 'notice/hide':
      return state.notices.some(({ id }) => id === action.id)
        ? { ...state, notices: state.notices.filter(({ id }) => id !== action.id) }
        : state;
    case 'video':
      return { ...state, videoOpen: action.open };
    case 'drawer':
      return { ...state, drawerOpen: action.open };
    case 'settings':
      return { ...state, settings: { ...state.settings, ...action.settings } };
    case 'extras':
      return { ...state, extras: { ...state.extras, ...action.extras } };
    case 'extras/clear':
      return { ...state, extras: noExtras() };
    default:
      return state;
  }
}
