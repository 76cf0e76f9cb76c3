/** Keeps the list of playlists as serve has it. */

import { fetchJson } from '../../pcd/envelope.js';
import { leaveIfSignedOut } from './hosts.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').Playlist} Playlist */

const POLL_MS = 10_000;

export class Playlists {
  #store;
  /** Also the deleted ones: a folder's takes what is in it along. @type {Map<string, Playlist>} */
  #known = new Map();
  /** Where the next question goes on. */
  #since = '0';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    document.addEventListener('visibilitychange', () => document.hidden || this.refresh());
    this.refresh();
  }

  async refresh() {
    clearTimeout(this.#timer);
    try {
      while (await this.#ask());
    } catch (error) {
      if (leaveIfSignedOut(error)) return;
      // The server is away: whoever needs it says so.
    }
    this.#timer = setTimeout(() => !document.hidden && this.refresh(), POLL_MS);
  }

  /** @returns {Promise<boolean>} whether there is more */
  async #ask() {
    const { more, whole, next, playlists } = await fetchJson(`/api/v1/playlists?since=${encodeURIComponent(this.#since)}`);
    // This answer begins at the first again.
    if (whole) this.#known.clear();
    for (const playlist of playlists) this.#known.set(playlist.id, playlist);
    this.#since = next;
    if (whole || playlists.length > 0) this.#store.dispatch({ type: 'playlists', playlists: this.#shown() });
    return more;
  }

  #shown() {
    /** @type {(playlist: Playlist, depth?: number) => boolean} */
    const isThere = (playlist, depth = 0) => {
      if (playlist.deleted_at || depth > 16) return false;
      const folder = playlist.parent && this.#known.get(playlist.parent);
      return folder ? isThere(folder, depth + 1) : true;
    };
    const byName = new Intl.Collator(undefined, { numeric: true });
    return [...this.#known.values()].filter((playlist) => isThere(playlist)).sort((a, b) => byName.compare(a.name, b.name));
  }
}
