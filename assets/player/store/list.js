/** The rows of the grid, page by page, and which of them are selected. */

import { emptyList } from './initial.js';

/** @typedef {import('../types.js').ListState} ListState */
/** @typedef {import('../types.js').SelectionState} SelectionState */
/** @typedef {import('../types.js').Action} Action */

/** Rows of one page. */
export const PAGE_ROWS = 100;

/**
 * @param {ListState} list
 * @param {Action} action
 * @returns {ListState}
 */
export function reduceList(list, action) {
  switch (action.type) {
    case 'list/loading':
      // The rows before stay, dimmed, until the new ones are here: a search then does not flicker.
      return { ...list, status: 'loading', stale: list.pages.size > 0, error: '' };
    case 'list/page': {
      const pages = new Map(action.first ? [] : list.pages);
      pages.set(action.page, action.tracks);
      const { total, durationMs = null, bytes = null } = action;
      return { status: 'ready', stale: false, total, durationMs, bytes, pages, error: '' };
    }
    case 'list/forget': {
      const pages = new Map(list.pages);
      for (const page of action.pages) pages.delete(page);
      return { ...list, pages };
    }
    case 'list/error':
      return { ...emptyList(), status: 'error', error: action.text };
    default:
      return list;
  }
}

/**
 * @param {SelectionState} selection
 * @param {Action} action
 * @returns {SelectionState}
 */
export function reduceSelection(selection, action) {
  switch (action.type) {
    case 'select':
      return { lead: action.lead, anchor: action.extend && selection.anchor >= 0 ? selection.anchor : action.lead };
    case 'query':
    case 'host/select':
      return selection.lead === -1 ? selection : { lead: -1, anchor: -1 };
    default:
      return selection;
  }
}
