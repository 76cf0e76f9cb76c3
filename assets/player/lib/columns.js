/** The columns of the song grid. */

import { day, size, trackTime } from './format.js';

/** @typedef {import('../types.js').Track} Track */

/**
 * @typedef {object} Column
 * @property {string} name Also its class.
 * @property {string} label
 * @property {import('../types.js').SortKey} [sort] What the host can sort by.
 * @property {(track: Track) => string} [text]
 */

/** @type {Readonly<Record<string, Column>>} */
const ALL = Object.freeze({
  number: { name: 'number', label: '#', text: ({ track_no: number }) => (number ? String(number) : '') },
  title: { name: 'title', label: 'Name', sort: 'title', text: ({ title }) => title },
  time: { name: 'time', label: 'Time', sort: 'duration', text: ({ duration_ms: ms }) => trackTime(ms) },
  artist: { name: 'artist', label: 'Artist', sort: 'artist', text: ({ artist, album_artist: other }) => artist ?? other ?? '' },
  album: { name: 'album', label: 'Album', sort: 'album', text: ({ album }) => album ?? '' },
  genre: { name: 'genre', label: 'Genre', sort: 'genre', text: ({ genre }) => genre ?? '' },
  year: { name: 'year', label: 'Year', sort: 'year', text: ({ year }) => (year ? String(year) : '') },
  rating: { name: 'rating', label: 'Rating', sort: 'rating' },
  plays: { name: 'plays', label: 'Plays', sort: 'plays', text: ({ listened }) => (listened?.plays ? String(listened.plays) : '') },
  added: { name: 'added', label: 'Date Added', sort: 'added', text: ({ added_at: at }) => day(at) },
  format: { name: 'format', label: 'Format', text: ({ codec }) => codec },
  kbps: { name: 'kbps', label: 'Bit Rate', sort: 'kbps', text: ({ source }) => (source?.audio?.kbps ? `${source.audio.kbps} kbit/s` : '') },
  size: { name: 'size', label: 'Size', sort: 'size', text: ({ file }) => (file ? size(file.size) : '') },
  file: { name: 'file', label: 'File', text: ({ file }) => (file ? ltr(`${file.folder}/${file.name}`) : '') },
  since: { name: 'since', label: 'Missing Since', text: ({ file }) => (file?.missing_since_ms ? day(new Date(file.missing_since_ms).toISOString()) : '') },
});

/** What each view of the grid shows. @type {Readonly<Record<'songs' | 'duplicates' | 'missing', readonly Column[]>>} */
export const COLUMNS = Object.freeze({
  songs: [ALL.number, ALL.title, ALL.time, ALL.artist, ALL.album, ALL.genre, ALL.year, ALL.rating, ALL.plays, ALL.added],
  duplicates: [ALL.number, ALL.title, ALL.time, ALL.artist, ALL.album, ALL.format, ALL.kbps, ALL.size, ALL.file],
  missing: [ALL.number, ALL.title, ALL.time, ALL.artist, ALL.album, ALL.since, ALL.file],
});

/** @typedef {keyof typeof COLUMNS} View */

/** @param {Pick<import('../types.js').Query, 'only'>} query @returns {View} */
export function viewOf({ only }) {
  return only === 'duplicates' || only === 'missing' ? only : 'songs';
}

/** For a cell that is cut at its beginning, and so runs from right to left: the text does not (Unicode's isolates). @param {string} text */
function ltr(text) {
  return `\u2066${text}\u2069`;
}
