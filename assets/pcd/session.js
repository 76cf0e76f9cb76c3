/** A play session with one host: its ticket, renewed at half of its life, and the ways that the server offers. */

import { ConnectionError, HostError } from './driver.js';
import { asHostGone, fetchJson } from './envelope.js';

/**
 * @typedef {object} SessionReply
 * @property {string} session_id
 * @property {string} ticket
 * @property {string} ticket_expires_at RFC 3339
 * @property {string} server_time RFC 3339
 * @property {import('./trust.js').HostKeys} keys
 * @property {import('./driver.js').DriverOffer[]} drivers
 */

const RENEW_MS_MIN = 5_000;
/** All requests wait for one renewal: one that the way has swallowed must not hold them for ever. */
const ANSWER_MS_MAX = 15_000;
/** Before an off-line host's keys are asked for again. */
const KEYS_PAUSE_MS = 3_000;

export class Session {
  /** @type {SessionReply | null} */
  #reply = null;
  /** @type {Promise<SessionReply> | null} */
  #asking = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #askedAt = -Infinity;
  #hostId;
  #playerKey;
  #ask;

  /**
   * @param {string} hostId
   * @param {string} playerKey base64url
   * @param {typeof fetchJson} [ask]
   */
  constructor(hostId, playerKey, ask = fetchJson) {
    this.#hostId = hostId;
    this.#playerKey = playerKey;
    this.#ask = ask;
  }

  /** The session as it is, opened on first use. */
  async current() {
    return this.#reply ?? this.renew(null);
  }

  /**
   * A newer ticket than `stale`. Many requests may find a ticket stale at once: they share one renewal.
   * @param {string | null} stale
   * @returns {Promise<SessionReply>}
   */
  async renew(stale) {
    if (this.#reply && stale !== null && this.#reply.ticket !== stale) return this.#reply;
    this.#asking ??= this.#askServer().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** What the server says of the host's keys. A host that was off line may have come back since: that is asked, for all who wait, now and then. */
  async keys() {
    const { keys, ticket } = await this.current();
    if (keys.prekey || performance.now() - this.#askedAt < KEYS_PAUSE_MS) return keys;
    return (await this.renew(ticket)).keys;
  }

  close() {
    clearTimeout(this.#timer);
  }

  async #askServer() {
    this.#askedAt = performance.now();
    const reply = (await this.#renewed()) ?? (await this.#opened());
    this.#reply = reply;
    this.#schedule(reply);
    return reply;
  }

  /** @returns {Promise<SessionReply | null>} `null` when there is no session, or the server knows it no more */
  async #renewed() {
    if (!this.#reply) return null;
    try {
      return await this.#ask(`/api/v1/sessions/${encodeURIComponent(this.#reply.session_id)}/renew`, { method: 'POST', body: {}, signal: inTime() });
    } catch (error) {
      if (error instanceof HostError && error.code === 'not_found') return null;
      throw error;
    }
  }

  /** @returns {Promise<SessionReply>} */
  async #opened() {
    try {
      return await this.#ask('/api/v1/sessions', { method: 'POST', body: { host_id: this.#hostId, player_key: this.#playerKey }, signal: inTime() });
    } catch (error) {
      throw asHostGone(error);
    }
  }

  /** @param {SessionReply} reply */
  #schedule(reply) {
    const life = Date.parse(reply.ticket_expires_at) - Date.parse(reply.server_time);
    if (!Number.isFinite(life)) throw new ConnectionError('the server sent a session without times');
    clearTimeout(this.#timer);
    // A failed renewal is no news: the next request finds the ticket expired and asks again, telling the user if it must.
    this.#timer = setTimeout(() => this.renew(reply.ticket).catch(() => {}), Math.max(life / 2, RENEW_MS_MIN));
  }
}

/** Aborts when the server has not answered in time. */
function inTime() {
  const controller = new AbortController();
  const late = new ConnectionError('the server did not answer in time');
  const timer = setTimeout(() => controller.abort(late), ANSWER_MS_MAX);
  // Node's timers keep a program alive; a browser's are numbers.
  if (typeof timer === 'object') /** @type {{ unref(): void }} */ (timer).unref();
  return controller.signal;
}
