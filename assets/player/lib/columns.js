/** The columns of the song grid. */

import { day, trackTime } from './format.js';

/** @typedef {import('../types.js').Track} Track */

/**
 * @typedef {object} Column
 * @property {string} name Also its class.
 * @property {string} label
 * @property {import('../types.js').SortKey} [sort] What the host can sort by.
 * @property {(track: Track) => string} [text]
 */

/** @type {readonly Column[]} */
export const COLUMNS = Object.freeze([
  { name: 'number', label: '#', text: ({ track_no: number }) => (number ? String(number) : '') },
  { name: 'title', label: 'Name', sort: 'title', text: ({ title }) => title },
  { name: 'time', label: 'Time', sort: 'duration', text: ({ duration_ms: ms }) => trackTime(ms) },
  { name: 'artist', label: 'Artist', sort: 'artist', text: ({ artist, album_artist: other }) => artist ?? other ?? '' },
  { name: 'album', label: 'Album', sort: 'album', text: ({ album }) => album ?? '' },
  { name: 'genre', label: 'Genre', sort: 'genre', text: ({ genre }) => genre ?? '' },
  { name: 'year', label: 'Year', sort: 'year', text: ({ year }) => (year ? String(year) : '') },
  { name: 'rating', label: 'Rating', sort: 'rating' },
  { name: 'plays', label: 'Plays', sort: 'plays', text: ({ listened }) => (listened?.plays ? String(listened.plays) : '') },
  { name: 'added', label: 'Date Added', sort: 'added', text: ({ added_at: at }) => day(at) },
]);
