/** Requests to one host: signed, retried while the way is lost, cancelled by their signal. */

import { HostError } from './driver.js';
import { readReply } from './reply.js';
import { signRequest } from './proof.js';
import { openDriver } from './registry.js';
import { backOff, isLostWay, isPassing, isTicketTrouble, pause, triesWorth } from './retry.js';
import { Session } from './session.js';
import { HostTrust } from './trust.js';
import { urgencyOf } from './urgency.js';

/** @typedef {import('./reply.js').Reply} Reply */

/**
 * `up`; `silent`: requests wait and nothing comes; `lost`: the way broke.
 * @typedef {'up' | 'silent' | 'lost'} Link
 */

/**
 * @typedef {object} RequestOptions
 * @property {AbortSignal} [signal]
 * @property {number} [tries] How often to ask while failures pass by themselves; for ever when not given.
 * @property {readonly string[]} [refusals] Codes that are an answer here, although they pass by themselves.
 * @property {boolean} [waits] The host answers when there is something to say: its silence is no news.
 * @property {(piece: import('./driver.js').Bytes) => void} [onPiece] Takes the body as it comes, each byte once however often it is asked for.
 * @property {() => import('./reply.js').Transfer} [transfer] Measures the way, one for each try.
 */

/** @typedef {{ onPiece: ReturnType<typeof onceEach> | undefined, transfer: RequestOptions['transfer'] }} Reading */

/** Nothing from the host for so long, ms, while it is asked for something: that is told, while the waiting goes on. */
const SILENT_MS = 4_000;

export class HostClient {
  #hostId;
  #trust;
  #identity;
  #session;
  #open;
  #onLink;
  #onGone;
  #silentMs;
  /** @type {Promise<import('./driver.js').Driver> | null} */
  #driver = null;
  /** @type {Link} */
  #link = 'up';
  #waiting = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;

  /**
   * @param {object} options
   * @param {string} options.hostId
   * @param {import('./proof.js').Identity} options.identity
   * @param {(link: Link) => void} options.onLink Told how the way to the host is, whenever that changes.
   * @param {() => void} [options.onGone] Told when the host is no longer the account's.
   * @param {Session} [options.session]
   * @param {HostTrust} [options.trust]
   * @param {typeof openDriver} [options.open]
   * @param {number} [options.silentMs]
   */
  constructor({ hostId, identity, onLink, onGone = () => {}, session = new Session(hostId, identity.key), trust = new HostTrust(hostId), open = openDriver, silentMs = SILENT_MS }) {
    this.#hostId = hostId;
    this.#trust = trust;
    this.#identity = identity;
    this.#session = session;
    this.#open = open;
    this.#onLink = onLink;
    this.#onGone = onGone;
    this.#silentMs = silentMs;
  }

  /** Opens the session and loads the driver ahead of the first request. @returns {Promise<void>} */
  async warm() {
    await this.#way();
  }

  /**
   * @param {object} request
   * @param {RequestOptions} [options]
   * @returns {Promise<Reply>}
   */
  async request(request, { signal = new AbortController().signal, tries = Infinity, refusals = [], waits = false, onPiece, transfer } = {}) {
    const read = { onPiece: onPiece && onceEach(onPiece), transfer };
    for (let failures = 0; ; ) {
      try {
        const ask = () => this.#withTicket(request, signal, read);
        const reply = await (waits ? ask() : this.#listening(ask));
        this.#tell('up');
        return reply;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof HostError && error.code === 'host_gone') this.#onGone();
        if (!isPassing(error) || refusals.includes(/** @type {any} */ (error).code)) throw error;
        if (isLostWay(error)) this.#tell('lost');
        failures += 1;
        if (failures >= Math.min(tries, triesWorth(error))) throw error;
        await pause(backOff(failures, Math.random()), signal);
      }
    }
  }

  close() {
    this.#session.close();
    clearTimeout(this.#silence);
  }

  /**
   * Watches for silence while `ask` waits. What comes for another request counts as well: the host is there.
   * @template T
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async #listening(ask) {
    this.#waiting += 1;
    if (this.#waiting === 1) this.#heard();
    try {
      return await ask();
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) clearTimeout(this.#silence);
    }
  }

  #heard() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#link === 'up' && this.#tell('silent'), this.#silentMs);
  }

  /**
   * A ticket that has run out is renewed once; a second refusal is the answer.
   * @param {object} request
   * @param {AbortSignal} signal
   * @param {Reading} read
   */
  async #withTicket(request, signal, read) {
    const { ticket } = await this.#session.current();
    try {
      return await this.#send(request, ticket, signal, read);
    } catch (error) {
      if (!isTicketTrouble(error)) throw error;
      const renewed = await this.#session.renew(ticket);
      return this.#send(request, renewed.ticket, signal, read);
    }
  }

  /**
   * @param {object} request
   * @param {string} ticket
   * @param {AbortSignal} signal
   * @param {Reading} read
   */
  async #send(request, ticket, signal, { onPiece, transfer }) {
    const [driver, wire] = await Promise.all([this.#way(), signRequest(this.#identity, ticket, request)]);
    signal.throwIfAborted();
    const measured = transfer?.();
    const heard = (/** @type {number} */ bytes) => {
      if (this.#waiting > 0) this.#heard();
      if (bytes > 0) measured?.got(bytes);
    };
    return readReply(await driver.send(wire, { signal, urgency: urgencyOf(request), heard }), { onPiece: onPiece?.(), transfer: measured });
  }

  #way() {
    const host = { hostId: this.#hostId, prekey: async () => this.#trust.prekey(await this.#session.keys()) };
    this.#driver ??= this.#session
      .current()
      .then(({ drivers }) => this.#open(drivers, host))
      .catch((error) => {
        this.#driver = null;
        throw error;
      });
    return this.#driver;
  }

  /** @param {Link} link */
  #tell(link) {
    if (this.#link === link) return;
    this.#link = link;
    this.#onLink(link);
  }
}

/**
 * A body that was cut is asked for again. Its bytes are the same again, not its pieces: what was made chunk by chunk may come
 * whole now. Gives for each try a taker that passes over the bytes handed on before.
 * @param {(piece: import('./driver.js').Bytes) => void} onPiece
 */
function onceEach(onPiece) {
  let handed = 0;
  return () => {
    let at = 0;
    return (/** @type {import('./driver.js').Bytes} */ piece) => {
      const known = Math.min(piece.length, handed - at);
      at += piece.length;
      if (at <= handed) return;
      handed = at;
      onPiece(known > 0 ? piece.subarray(known) : piece);
    };
  };
}
