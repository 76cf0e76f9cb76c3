/** Learns from the host that is shown what has changed in its library, as soon as it has; one question waits there at a time. */

import { pause } from '../../pcd/retry.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {{ reset: boolean, changed: string[], removed: string[] }} Change */

/** How long the host is to wait, ms: less than a reply may be silent for. */
const WAIT_MS = 15_000;
/** Changes that come together are taken together, ms. */
const TOGETHER_MS = 1_000;
/** After an answer that came too early to have been waited for: the host has no room for waiting, ms. */
const POLL_MS = 12_000;
const TROUBLE_MS_MIN = 2_000;
const TROUBLE_MS_MAX = 60_000;
/** Nobody looks for so long: the question ends, and with it what it takes of the browser's few connections, ms. */
const UNSEEN_MS = 30_000;

/** A question that is refused counts for so many failures. */
const REFUSED = 5;

export class Changes {
  #hosts;
  #library;
  #abort = new AbortController();
  /** Versions by host. @type {Map<string, number>} */
  #since = new Map();
  /** @type {string | null} */
  #hostId = null;
  #running = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #unseen;

  /**
   * @param {Store} store
   * @param {import('./hosts.js').Hosts} hosts
   * @param {{ changed(hostId: string, change: Change): void }} library
   */
  constructor(store, hosts, library) {
    this.#hosts = hosts;
    this.#library = library;
    document.addEventListener('visibilitychange', () => this.#seen(!document.hidden));
    store.watch(({ hostId }) => hostId, (hostId) => {
      this.#stop();
      this.#hostId = hostId;
      this.#seen(!document.hidden);
    });
  }

  /** @param {boolean} visible */
  #seen(visible) {
    clearTimeout(this.#unseen);
    if (!visible) this.#unseen = setTimeout(() => this.#stop(), UNSEEN_MS);
    else if (this.#hostId && !this.#running) this.#follow(this.#hostId);
  }

  #stop() {
    this.#abort.abort();
    this.#running = false;
  }

  /** @param {string} hostId */
  async #follow(hostId) {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#running = true;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await pause(await this.#ask(hostId, signal), signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        // A host of before does not know the question: it may be brought up to date.
        failures += /** @type {any} */ (error)?.code === 'bad_request' ? REFUSED : 1;
        await pause(jittered(Math.min(TROUBLE_MS_MAX, TROUBLE_MS_MIN * 2 ** Math.min(failures - 1, 10))), signal).catch(() => {});
      }
    }
  }

  /**
   * @param {string} hostId
   * @param {AbortSignal} signal
   * @returns {Promise<number>} ms until the next question
   */
  async #ask(hostId, signal) {
    const since = this.#since.get(hostId);
    const began = performance.now();
    const question = { op: 'changes', ...(since === undefined ? {} : { since, wait_ms: WAIT_MS }) };
    const { reply, body } = await this.#hosts.client(hostId).request(question, { signal, tries: 1, waits: true });
    signal.throwIfAborted();
    this.#since.set(hostId, reply.version);
    if (since === undefined) return 0;
    const { changed, removed } = JSON.parse(new TextDecoder().decode(body));
    if (reply.reset || changed.length > 0 || removed.length > 0) {
      this.#library.changed(hostId, { reset: reply.reset, changed, removed });
      return jittered(TOGETHER_MS);
    }
    return performance.now() - began < WAIT_MS / 2 ? jittered(POLL_MS) : 0;
  }
}

/** Many players do not knock together. @param {number} ms */
function jittered(ms) {
  return ms * (0.75 + Math.random() / 2);
}
