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
      const { total, durationMs = null, bytes = null, corrected = null } = action;
      return { status: 'ready', stale: false, total, durationMs, bytes, corrected, pages, error: '' };
    }
    case 'list/refresh': {
      const { pages, total, durationMs, bytes, corrected = null, shift } = action;
      return { ...list, status: 'ready', stale: false, error: '', pages, total, durationMs, bytes, corrected, shift: { rows: shift } };
    }
    case 'rating/set':
      return withListened(list, action.ids, ({ rating: _, ...others }) => (action.rating > 0 ? { ...others, rating: action.rating } : others));
    case 'love/set':
      return withListened(list, action.ids, (listened) => ({ ...listened, loved: action.loved }));
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
    case 'list/refresh':
      return { lead: action.lead, anchor: action.anchor };
    case 'query':
    case 'host/select':
      return selection.lead === -1 ? selection : { lead: -1, anchor: -1 };
    default:
      return selection;
  }
}

/**
 * Where the row at `index` is among the pages that replace those of `list`: `otherwise` when it is not there.
 * @param {Pick<ListState, 'pages'>} list
 * @param {ListState['pages']} pages
 * @param {number} index
 * @param {number} otherwise
 */
export function movedTo(list, pages, index, otherwise) {
  const id = list.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS]?.id;
  if (id === undefined) return index;
  for (const [page, tracks] of pages) {
    const at = tracks.findIndex((track) => track.id === id);
    if (at >= 0) return page * PAGE_ROWS + at;
  }
  return otherwise;
}

/** @typedef {import('../types.js').Listened} Listened */

/**
 * @param {ListState} list
 * @param {readonly string[]} ids
 * @param {(listened: Listened) => Listened} change
 * @returns {ListState}
 */
function withListened(list, ids, change) {
  const marked = new Set(ids);
  const pages = new Map(list.pages);
  for (const [page, tracks] of list.pages) {
    if (!tracks.some(({ id }) => marked.has(id))) continue;
    pages.set(page, tracks.map((track) => (marked.has(track.id) ? { ...track, listened: change(track.listened ?? NOTHING) } : track)));
  }
  return { ...list, pages };
}

/** @type {Listened} */
const NOTHING = { plays: 0, skips: 0, loved: false };
