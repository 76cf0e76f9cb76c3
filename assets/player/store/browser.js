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
      const { of, page, values, total, tracks, without = 0, first } = action;
      const pages = new Map(first ? [] : browser.columns[of].pages);
      pages.set(page, values);
      return { ...browser, columns: { ...browser.columns, [of]: { total, tracks, without, pages } } };
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
 * How many values have a name: tracks without one are no genre and no artist. Albums are told without those.
 * @param {import('../types.js').Facet} of
 * @param {import('../types.js').ColumnState} column
 */
export function namedIn(of, { total, without }) {
  return of !== 'album' && without > 0 ? Math.max(0, total - 1) : total;
}

/**
 * What tells a value from its neighbours of the same name: whose album it is; where that is the same too, its year. Empty for one that stands alone.
 * @param {import('../types.js').ColumnState} column
 * @param {number} index
 */
export function noteAt(column, index) {
  const value = valueAt(column, index);
  if (!value) return '';
  const name = value.name.toLocaleLowerCase();
  const twins = [];
  for (const step of [-1, 1]) {
    for (let at = index + step; valueAt(column, at)?.name.toLocaleLowerCase() === name; at += step) twins.push(valueAt(column, at));
  }
  const sameArtist = twins.filter((twin) => twin?.artist === value.artist);
  const isOlder = value.year && sameArtist.some((twin) => twin?.year !== value.year);
  return [...(twins.length > 0 && value.artist ? [value.artist] : []), ...(isOlder ? [String(value.year)] : [])].join(', ');
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
export function selectionOf({ kind, search, exact, genres, artists, albums, only, playlist }, column = null) {
  const before = column ? FACETS.indexOf(column) : FACETS.length;
  return {
    // Of what is missing nothing is left out: all of it can be taken out of the library at once.
    ...(playlist || only === 'missing' ? {} : { kind }),
    ...(search ? { search } : {}),
    ...(search && exact ? { exact } : {}),
    ...(only ? { only } : {}),
    ...(playlist?.kind === 'smart' ? { rules: playlist.rules } : {}),
    ...(before > 0 && genres.length > 0 ? { genres } : {}),
    ...(before > 1 && artists.length > 0 ? { artists } : {}),
    ...(before > 2 && albums.length > 0 ? { albums } : {}),
  };
}
