/** Requests to one host: signed, retried while the way is lost, cancelled by their signal. */

import { readReply } from './reply.js';
import { signRequest } from './proof.js';
import { openDriver } from './registry.js';
import { backOff, isLostWay, isPassing, isTicketTrouble, pause, triesWorth } from './retry.js';
import { Session } from './session.js';

/** @typedef {import('./reply.js').Reply} Reply */

/**
 * @typedef {object} RequestOptions
 * @property {AbortSignal} [signal]
 * @property {number} [tries] How often to ask while failures pass by themselves; for ever when not given.
 */

export class HostClient {
  #identity;
  #session;
  #open;
  #onLink;
  /** @type {Promise<import('./driver.js').Driver> | null} */
  #driver = null;
  #lost = false;

  /**
   * @param {object} options
   * @param {string} options.hostId
   * @param {import('./proof.js').Identity} options.identity
   * @param {(lost: boolean) => void} options.onLink Told when the way to the host is lost, and when it is back.
   * @param {Session} [options.session]
   * @param {typeof openDriver} [options.open]
   */
  constructor({ hostId, identity, onLink, session = new Session(hostId, identity.key), open = openDriver }) {
    this.#identity = identity;
    this.#session = session;
    this.#open = open;
    this.#onLink = onLink;
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
  async request(request, { signal = new AbortController().signal, tries = Infinity } = {}) {
    for (let failures = 0; ; ) {
      try {
        const reply = await this.#withTicket(request, signal);
        this.#link(false);
        return reply;
      } catch (error) {
        signal.throwIfAborted();
        if (!isPassing(error)) throw error;
        if (isLostWay(error)) this.#link(true);
        failures += 1;
        if (failures >= Math.min(tries, triesWorth(error))) throw error;
        await pause(backOff(failures, Math.random()), signal);
      }
    }
  }

  close() {
    this.#session.close();
  }

  /**
   * A ticket that has run out is renewed once; a second refusal is the answer.
   * @param {object} request
   * @param {AbortSignal} signal
   */
  async #withTicket(request, signal) {
    const { ticket } = await this.#session.current();
    try {
      return await this.#send(request, ticket, signal);
    } catch (error) {
      if (!isTicketTrouble(error)) throw error;
      const renewed = await this.#session.renew(ticket);
      return this.#send(request, renewed.ticket, signal);
    }
  }

  /**
   * @param {object} request
   * @param {string} ticket
   * @param {AbortSignal} signal
   */
  async #send(request, ticket, signal) {
    const [driver, wire] = await Promise.all([this.#way(), signRequest(this.#identity, ticket, request)]);
    signal.throwIfAborted();
    return readReply(await driver.send(wire, signal));
  }

  #way() {
    this.#driver ??= this.#session
      .current()
      .then(({ drivers }) => this.#open(drivers))
      .catch((error) => {
        this.#driver = null;
        throw error;
      });
    return this.#driver;
  }

  /** @param {boolean} lost */
  #link(lost) {
    if (this.#lost === lost) return;
    this.#lost = lost;
    this.#onLink(lost);
  }
}
