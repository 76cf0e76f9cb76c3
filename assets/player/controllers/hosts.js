/** Who is signed in, which hosts there are, and a client for each. */

import { HostClient } from '../../pcd/client.js';
import { fetchJson } from '../../pcd/envelope.js';
import { errorText, linkText } from '../lib/messages.js';
import { currentHost } from '../store/selectors.js';

/** @typedef {import('../types.js').Store} Store */

const POLL_MS = 15_000;
/** While something is wrong, good news should come soon. */
const POLL_TROUBLE_MS = 3_000;
const SIGN_IN = '/sign-in?next=/player';

export class Hosts {
  /** @type {Map<string, HostClient>} */
  #clients = new Map();
  #store;
  #identity;
  #failing = false;

  /**
   * @param {Store} store
   * @param {import('../../pcd/proof.js').Identity} identity
   */
  constructor(store, identity) {
    this.#store = store;
    this.#identity = identity;
  }

  /** Asks now, and again and again. */
  async watch() {
    await this.refresh();
    const { state } = this.#store;
    const trouble = this.#failing || !currentHost(state)?.online || state.notices.some(({ kind }) => kind === 'waiting');
    setTimeout(() => this.watch(), trouble ? POLL_TROUBLE_MS : POLL_MS);
  }

  async refresh() {
    try {
      const { user, hosts } = await fetchJson('/api/v1/me');
      this.#failing = false;
      this.#store.dispatch({ type: 'notice/hide', id: 'server' });
      const { hosts: before } = this.#store.state;
      this.#store.dispatch({ type: 'me', user, hosts: sameIfEqual(before, hosts) });
      const added = hosts.filter((/** @type {{ id: string }} */ { id }) => !before.some((host) => host.id === id));
      for (const { id } of added) this.#store.dispatch({ type: 'notice/hide', id: `gone-${id}` });
    } catch (error) {
      if (leaveIfSignedOut(error)) return;
      this.#failing = true;
      if (this.#store.state.hostsKnown) return;
      const text = 'The server does not answer; trying again';
      this.#store.dispatch({ type: 'notice/show', notice: { id: 'server', text, kind: 'waiting' } });
    }
  }

  /** @param {string} hostId */
  client(hostId) {
    const known = this.#clients.get(hostId);
    if (known) return known;
    const onLink = (/** @type {import('../../pcd/client.js').Link} */ link) => this.#onLink(hostId, link);
    const client = new HostClient({ hostId, identity: this.#identity, onLink, onGone: () => this.#onGone(hostId) });
    this.#clients.set(hostId, client);
    return client;
  }

  /**
   * @param {string} hostId
   * @param {import('../../pcd/client.js').Link} link
   */
  #onLink(hostId, link) {
    const id = `lost-${hostId}`;
    const name = this.#store.state.hosts.find((host) => host.id === hostId)?.name ?? 'The host';
    this.#store.dispatch({ type: 'host/link', hostId, up: link === 'up' });
    if (link === 'up') this.#store.dispatch({ type: 'notice/hide', id });
    else this.#store.dispatch({ type: 'notice/show', notice: { id, text: linkText(name, link), kind: 'waiting' } });
    this.refresh();
  }

  /** The account has this host no more: its requests end, and the list is to show it. @param {string} hostId */
  #onGone(hostId) {
    this.#clients.get(hostId)?.close();
    this.#clients.delete(hostId);
    this.#store.dispatch({ type: 'host/link', hostId, up: true });
    this.#store.dispatch({ type: 'notice/hide', id: `lost-${hostId}` });
    const notice = { id: `gone-${hostId}`, text: errorText({ code: 'host_gone' }), kind: /** @type {const} */ ('error') };
    this.#store.dispatch({ type: 'notice/show', notice });
    this.refresh();
  }
}

/** Goes to the sign-in page when that is what is missing. @param {unknown} error */
export function leaveIfSignedOut(error) {
  if (/** @type {any} */ (error)?.code !== 'signed_out') return false;
  location.assign(SIGN_IN);
  return true;
}

/**
 * The list before, when nothing changed: what watches it then rests.
 * @template T
 * @param {T} before
 * @param {T} now
 */
function sameIfEqual(before, now) {
  return JSON.stringify(before) === JSON.stringify(now) ? before : now;
}
