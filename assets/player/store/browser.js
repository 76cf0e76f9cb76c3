/** The column browser: a window on the values of each column. And the playlists. */

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Action} Action */
/** @typedef {import('../types.js').BrowserState} BrowserState */

/** Values of one page. */
export const PAGE_VALUES = 200;

/** @type {readonly import('../types.js').Facet[]} */
export const FACETS = Object.freeze(['genre', 'artist', 'album']);

/**
 * @param {BrowserState} browser
 * @param {Action} action
 * @returns {BrowserState}
 */
export function reduceBrowser(browser, action) {
  switch (action.type) {
    case 'browser/open':
      return { ...browser, open: action.open };
    case 'browser/page': {
      const { of, page, values, total, tracks, first } = action;
      const pages = new Map(first ? [] : browser.columns[of].pages);
      pages.set(page, values);
      return { ...browser, columns: { ...browser.columns, [of]: { total, tracks, pages } } };
    }
    default:
      return browser;
  }
}

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reducePlaylists(state, action) {
  switch (action.type) {
    case 'playlists': {
      const { playlist } = state.query;
      // What is shown of a playlist follows its name and its rules; one that was thrown away is shown no more.
      const now = playlist && (action.playlists.find(({ id }) => id === playlist.id) ?? null);
      const isSame = playlist?.changed === now?.changed;
      return { ...state, playlists: action.playlists, query: isSame ? state.query : { ...state.query, playlist: now } };
    }
    case 'playlists/folder': {
      const others = state.foldersOpen.filter((id) => id !== action.id);
      return { ...state, foldersOpen: action.open ? [...others, action.id] : others };
    }
    default:
      return state;
  }
}

/**
 * The value in a place of a column; `undefined` while its page is not here.
 * @param {import('../types.js').ColumnState} column
 * @param {number} index
 */
export function valueAt(column, index) {
  return column.pages.get(Math.floor(index / PAGE_VALUES))?.[index % PAGE_VALUES];
}

/**
 * How a column's value is told to the host: an album by its id, the others by name.
 * @param {import('../types.js').Facet} of
 * @param {import('../types.js').FacetValue} value
 */
export function keyOf(of, { name, album }) {
  return of === 'album' ? (album ?? '') : name;
}

/**
 * What is chosen in a column.
 * @param {import('../types.js').Facet} of
 * @param {import('../types.js').Query} query
 */
export function chosenIn(of, { genres, artists, albums }) {
  return { genre: genres, artist: artists, album: albums }[of];
}

/**
 * The change of the query that chooses these in a column.
 * @param {import('../types.js').Facet} of
 * @param {readonly string[]} keys
 * @returns {Partial<import('../types.js').Query>}
 */
export function choosing(of, keys) {
  if (of === 'genre') return { genres: keys };
  return of === 'artist' ? { artists: keys } : { albums: keys };
}

/**
 * A query in the host's words; for a column of the browser without what is chosen in it and behind it.
 * @param {import('../types.js').Query} query
 * @param {import('../types.js').Facet | null} [column]
 */
export function selectionOf({ kind, search, genres, artists, albums, only, playlist }, column = null) {
  const before = column ? FACETS.indexOf(column) : FACETS.length;
  return {
    ...(playlist ? {} : { kind }),
    ...(search ? { search } : {}),
    ...(only ? { only } : {}),
    ...(playlist?.kind === 'smart' ? { rules: playlist.rules } : {}),
    ...(before > 0 && genres.length > 0 ? { genres } : {}),
    ...(before > 1 && artists.length > 0 ? { artists } : {}),
    ...(before > 2 && albums.length > 0 ? { albums } : {}),
  };
}
