/** What plays, and what comes next, is shown as it is tagged now, not as it was when the queue was begun. */

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').QueueItem} QueueItem */
/** @typedef {import('../types.js').Track} Track */

/** Tracks that are followed: the one that plays, and those that were looked up to be played. */
const FOLLOWED_MAX = 8;

export class Tags {
  #store;
  #hosts;
  #generation;
  /** By host and track, the last that was followed last. @type {Map<string, { hostId: string, track: Track }>} */
  #followed = new Map();

  /**
   * @param {Store} store
   * @param {Pick<import('./hosts.js').Hosts, 'client'>} hosts
   * @param {() => number} generation Of the library, as it is now.
   */
  constructor(store, hosts, generation) {
    this.#store = store;
    this.#hosts = hosts;
    this.#generation = generation;
  }

  /** It plays, or is going to. @param {QueueItem} item */
  follow(item) {
    const { hostId, track } = item;
    const key = keyOf(hostId, track.id);
    const known = this.#followed.get(key);
    this.#followed.delete(key);
    this.#followed.set(key, known ?? { hostId, track });
    const oldest = this.#followed.keys().next().value;
    if (this.#followed.size > FOLLOWED_MAX && oldest !== undefined) this.#followed.delete(oldest);
    // It was queued when the library was another.
    if (!known && item.generation !== undefined && item.generation !== this.#generation()) this.#ask(hostId, [track.id]);
  }

  /** The track of an item with the newest tags that are known. @param {QueueItem} item */
  latest({ hostId, track }) {
    return this.#followed.get(keyOf(hostId, track.id))?.track ?? track;
  }

  /**
   * @param {string} hostId
   * @param {{ reset: boolean, changed: readonly string[] }} change
   */
  changed(hostId, { reset, changed }) {
    const ours = [...this.#followed.values()].filter((one) => one.hostId === hostId).map(({ track }) => track.id);
    const ids = reset ? ours : ours.filter((id) => changed.includes(id));
    return ids.length > 0 ? this.#ask(hostId, ids) : undefined;
  }

  /**
   * @param {string} hostId
   * @param {string[]} ids
   */
  async #ask(hostId, ids) {
    try {
      const { body } = await this.#hosts.client(hostId).request({ op: 'tracks', ids }, { tries: 2 });
      /** @type {{ tracks: Track[] }} */
      const { tracks } = JSON.parse(new TextDecoder().decode(body));
      for (const track of tracks) {
        const key = keyOf(hostId, track.id);
        if (this.#followed.has(key)) this.#followed.set(key, { hostId, track });
        this.#store.dispatch({ type: 'playback/tags', hostId, track });
      }
    } catch {
      // It keeps the tags that are known.
    }
  }
}

/**
 * @param {string} hostId
 * @param {string} id
 */
function keyOf(hostId, id) {
  return `${hostId} ${id}`;
}
