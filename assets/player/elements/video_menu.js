/** What can be chosen of a video: its sound, subtitles, quality and chapters. */

import { clock } from '../lib/format.js';
import { QUALITIES } from '../lib/qualities.js';
import { languageName } from '../lib/languages.js';
import { chapterAt, chaptersOf } from '../store/selectors.js';

/** @typedef {import('../types.js').State} State */
/** @typedef {import('./menu.js').MenuGroup} MenuGroup */

/**
 * @param {State} state
 * @param {(name: string, detail: unknown) => void} request
 * @returns {MenuGroup[]}
 */
export function videoMenu(state, request) {
  return [sounds(state, request), subtitles(state, request), quality(state, request), chapters(state, request)];
}

/** @param {State} state @param {(name: string, detail: unknown) => void} request @returns {MenuGroup} */
function sounds({ extras: { details, sound } }, request) {
  const streams = details?.sounds ?? [];
  const items = streams.map(({ stream, language, title, codec, channels }) => ({
    label: named(language, title) ?? `Sound ${stream + 1}`,
    note: `${codec}, ${speakers(channels)}`,
    checked: stream === sound,
    act: () => request('ir-sound', stream),
  }));
  // One sound is no choice.
  return { title: 'Sound', items: items.length > 1 ? items : [] };
}

/** @param {State} state @param {(name: string, detail: unknown) => void} request @returns {MenuGroup} */
function subtitles({ extras: { details, subtitle } }, request) {
  const all = details?.subtitles ?? [];
  if (all.length === 0) return { title: 'Subtitles', items: [] };
  const off = { label: 'Off', checked: subtitle === null, act: () => request('ir-subtitle', null) };
  const items = all.map(({ id, language, title, is_forced: forced }, index) => ({
    label: named(language, title) ?? `Subtitles ${index + 1}`,
    note: forced ? 'foreign parts only' : undefined,
    checked: subtitle?.id === id,
    act: () => request('ir-subtitle', id),
  }));
  return { title: 'Subtitles', items: [off, ...items] };
}

/** @param {State} state @param {(name: string, detail: unknown) => void} request @returns {MenuGroup} */
function quality({ settings }, request) {
  const items = QUALITIES.map(({ value, name, notes }) => ({
    label: name,
    note: notes.video,
    checked: settings.video === value,
    act: () => request('ir-settings', { video: value }),
  }));
  return { title: 'Quality', items };
}

/** @param {State} state @param {(name: string, detail: unknown) => void} request @returns {MenuGroup} */
function chapters(state, request) {
  const all = chaptersOf(state);
  const here = chapterAt(all, state.playback.position);
  const items = all.map((chapter, index) => ({
    label: chapter.title || `Chapter ${index + 1}`,
    note: clock(chapter.start_ms / 1000),
    checked: chapter === here,
    act: () => request('ir-seek', chapter.start_ms / 1000),
  }));
  return { title: 'Chapters', items };
}

/**
 * @param {string | undefined} language
 * @param {string | undefined} title
 */
function named(language, title) {
  const name = language ? languageName(language) : undefined;
  return name && title && title !== name ? `${name} (${title})` : (name ?? title);
}

/** @param {number} channels */
function speakers(channels) {
  if (channels === 1) return 'mono';
  if (channels === 2) return 'stereo';
  return channels === 6 ? '5.1' : channels === 8 ? '7.1' : `${channels} channels`;
}
