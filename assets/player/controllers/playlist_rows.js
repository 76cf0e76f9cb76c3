/** The rows of a playlist: its items from serve, and what the host knows of their tracks. */

import { fetchJson } from '../../pcd/envelope.js';
import { PAGE_ROWS } from '../store/list.js';

/** @typedef {import('../types.js').Playlist} Playlist */
/** @typedef {import('../types.js').Track} Track */
/** @typedef {{ id: string, host_id: string, track_id: string, title: string, artist?: string, album?: string, duration_ms?: number, added_at: number }} Item */

const ITEMS_PAGE = 1000;

export class PlaylistRows {
  /** All items of the last playlist that was asked for. @type {{ key: string, items: Promise<Item[]> } | null} */
  #kept = null;
  #hosts;

  /** @param {import('./hosts.js').Hosts} hosts */
  constructor(hosts) {
    this.#hosts = hosts;
  }

  forget() {
    this.#kept = null;
  }

  /**
   * @param {string} hostId
   * @param {Playlist} playlist
   * @param {number} page
   * @param {AbortSignal} [signal]
   */
  async page(hostId, playlist, page, signal) {
    const items = await this.#items(playlist);
    signal?.throwIfAborted();
    const shown = items.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS);
    const tracks = await this.#tracks(hostId, shown, signal);
    return { total: items.length, durationMs: playlist.duration_ms, bytes: null, tracks };
  }

  /** @param {Playlist} playlist @returns {Promise<Item[]>} */
  #items(playlist) {
    const key = `${playlist.id} ${playlist.items_version}`;
    if (this.#kept?.key === key) return this.#kept.items;
    const items = all(playlist.id);
    this.#kept = { key, items };
    items.catch(() => {
      if (this.#kept?.items === items) this.#kept = null;
    });
    return items;
  }

  /**
   * What the host does not have, or another one has, is shown as it was called when it was added.
   * @param {string} hostId
   * @param {Item[]} items
   * @param {AbortSignal} [signal]
   * @returns {Promise<Track[]>}
   */
  async #tracks(hostId, items, signal) {
    const ids = [...new Set(items.filter((item) => item.host_id === hostId).map((item) => item.track_id))];
    /** @type {Map<string, Track>} */
    const known = new Map();
    if (ids.length > 0) {
      const { body } = await this.#hosts.client(hostId).request({ op: 'tracks', ids }, { signal });
      for (const track of JSON.parse(new TextDecoder().decode(body)).tracks) known.set(track.id, track);
    }
    return items.map((item) => (item.host_id === hostId && known.get(item.track_id)) || absent(item));
  }
}

/** @param {string} id */
async function all(id) {
  for (;;) {
    const found = await tryAll(id);
    // Somebody changed it between two pages.
    if (found) return found;
  }
}

/** @param {string} id @returns {Promise<Item[] | null>} */
async function tryAll(id) {
  /** @type {Item[]} */
  const items = [];
  let version = null;
  let after = '';
  do {
    const answer = await fetchJson(`/api/v1/playlists/${id}/items?limit=${ITEMS_PAGE}${after}`);
    if (version !== null && answer.items_version !== version) return null;
    version = answer.items_version;
    items.push(...answer.items);
    after = answer.next ? `&after=${encodeURIComponent(answer.next)}` : '';
  } while (after);
  return items;
}

/** @param {Item} item @returns {Track} */
function absent({ track_id: id, title, artist, album, duration_ms: ms = 0, added_at: at }) {
  const added = new Date(at).toISOString();
  return { id, kind: 'audio', title, artist, album, duration_ms: ms, codec: '', added_at: added, missing: true, renditions: [] };
}
