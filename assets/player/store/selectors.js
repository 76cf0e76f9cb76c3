/** Questions about the state. Pure. */

import { PAGE_ROWS } from './list.js';

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').ListState} ListState */
/** @typedef {import('../types.js').Track} Track */

/**
 * @param {ListState} list
 * @param {number} index
 * @returns {Track | undefined} `undefined` while its page is not here
 */
export function rowAt(list, index) {
  return list.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
}

/**
 * The pages of rows `first..=last` that are not here.
 * @param {ListState} list
 * @param {number} first
 * @param {number} last
 */
export function missingPages(list, first, last) {
  const missing = [];
  const end = Math.floor(Math.min(last, list.total - 1) / PAGE_ROWS);
  for (let page = Math.max(0, Math.floor(first / PAGE_ROWS)); page <= end; page += 1) {
    if (!list.pages.has(page)) missing.push(page);
  }
  return missing;
}

/** @param {State} state */
export function currentHost(state) {
  return state.hosts.find((host) => host.id === state.hostId) ?? null;
}

/** The track whose cover is shown: what plays, else what is selected. @param {State} state */
export function shownTrack(state) {
  return state.playback.track ?? rowAt(state.list, state.selection.lead) ?? null;
}

/** @param {State} state */
export function playsVideo(state) {
  return state.playback.item?.track.kind === 'video';
}

/**
 * What the grid holds in total: how many, how long, how big. Time and size are `null` when they are not known.
 * @param {State} state
 */
export function totals({ list }) {
  return { count: list.total, durationMs: list.durationMs, bytes: list.bytes };
}

/** @type {readonly import('../types.js').Chapter[]} */
const NO_CHAPTERS = [];

/** The chapters of what plays. @param {Pick<State, 'extras'>} state */
export function chaptersOf({ extras }) {
  return extras.details?.chapters ?? NO_CHAPTERS;
}

/**
 * The chapter at a place: the last that has begun.
 * @param {readonly import('../types.js').Chapter[]} chapters
 * @param {number} seconds
 */
export function chapterAt(chapters, seconds) {
  return chapters.findLast(({ start_ms: start }) => start <= seconds * 1000 + 50) ?? null;
}

/**
 * Where a step to the next or the previous chapter leads, seconds; `null` when there is none. Back goes to the start of a chapter that has gone on for a while.
 * @param {readonly import('../types.js').Chapter[]} chapters
 * @param {number} seconds
 * @param {number} by 1 or -1
 */
export function chapterStep(chapters, seconds, by) {
  const starts = chapters.map(({ start_ms: start }) => start / 1000);
  const to = by > 0 ? starts.find((start) => start > seconds + 0.05) : starts.findLast((start) => start < seconds - 3);
  return to ?? (by < 0 && starts.length > 0 ? 0 : null);
}
