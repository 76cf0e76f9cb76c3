/** What the grid says when it has no rows: why, and what to do. */

import { awayTexts } from '../lib/away.js';
import { h } from '../lib/dom.js';
import { ago, upper } from '../lib/format.js';
import { currentHost } from '../store/selectors.js';

/** @typedef {import('../types.js').State} State */

/**
 * @param {State} state
 * @param {(name: string, detail?: unknown) => void} request
 * @returns {Node[]} nothing when there are rows to show
 */
export function emptyView(state, request) {
  const { list, hosts, hostsKnown, query } = state;
  if (hostsKnown && hosts.length === 0) {
    return message('No host yet', 'Run “iroam host” on the PC that holds your music, and open the link that it prints.');
  }
  if (list.status === 'error') {
    const again = h('button', { type: 'button', class: 'push', onclick: () => request('ir-retry') }, 'Try again');
    return [...message('The library cannot be shown', list.error), again];
  }
  if (list.status !== 'ready') return list.stale ? [] : waiting(state);
  if (list.total > 0) return [];
  const away = awayTexts(state.status?.away, query.kind);
  // What is away is in no list.
  const apart = away && !query.playlist ? ` ${upper(away.note)} just now.` : '';
  if (query.search) return message(`Nothing matches “${query.search}”`, `Try fewer or other words.${apart}`);
  if (query.playlist) return message(`“${query.playlist.name}” is empty`, query.playlist.kind === 'smart' ? 'Nothing in the library fits its rules.' : 'Nothing was put into it yet.');
  if (query.only === 'missing') {
    const back = h('button', { type: 'button', class: 'link', onclick: () => request('ir-unpurge', { hostId: null, times: null }) }, 'Bring back what was removed');
    return [...message(...NOTHING.missing), back];
  }
  if (query.only) return message(NOTHING[query.only][0], NOTHING[query.only][1] + apart);
  if (query.genres.length + query.artists.length + query.albums.length > 0) return message('Nothing is left of it', 'Choose “All” in the column browser.');
  if (away) return message(away.title, away.text);
  if (state.status?.scanning) return message('The host is looking through its folders', 'What it finds will be listed here.');
  const what = query.kind === 'audio' ? 'songs' : 'videos';
  return message(`No ${what} yet`, `Put some into a media folder of ${currentHost(state)?.name ?? 'the host'}; they appear by themselves.`);
}

/** @type {Readonly<Record<import('../types.js').Only, [string, string]>>} */
const NOTHING = Object.freeze({
  duplicates: ['No duplicates', 'Every song is in the library once.'],
  missing: ['Nothing is missing', 'Every file that was found is still there.'],
  loved: ['Nothing loved yet', 'Give a song your heart, and it is listed here.'],
  unfinished: ['Nothing to go on with', 'A film or a long recording that you leave midway is listed here.'],
});

/** @param {State} state */
function waiting(state) {
  const host = currentHost(state);
  if (host && !host.online) {
    const seen = host.last_seen_at ? ` It was last seen ${ago(host.last_seen_at, Date.now())}.` : '';
    return message(`${host.name} is off line`, `Switch the PC on, or start “iroam host” on it; the music comes back by itself.${seen}`);
  }
  return [h('p', { class: 'songs-loading' }, 'Loading…')];
}

/**
 * @param {string} title
 * @param {string} text
 */
function message(title, text) {
  return [h('h2', {}, title), h('p', {}, text)];
}
