/**
 * What a driver is: one way of carrying a request from this browser to a host.
 * Drivers know bytes only; what they mean is `client.js`'s affair.
 */

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/**
 * @typedef {object} SendOptions
 * @property {AbortSignal} signal
 * @property {number} urgency 0 (what is about to be missed) to 7 (what somebody may want some time), as in RFC 9218.
 * @property {(bytes: number) => void} [heard] Told how much came, as it comes: what is opened or joined later says nothing of the way.
 */

/**
 * @typedef {object} Driver
 * @property {string} name
 * @property {(request: Bytes, options: SendOptions) => Promise<AsyncIterable<Bytes>>} send
 *   Sends one whole request and gives the reply's bytes as they come.
 */

/**
 * @typedef {object} DriverOptions
 * @property {string} url
 * @property {string} hostId
 * @property {() => Promise<import('./seal.js').Prekey>} prekey The host's key of these days.
 */

/**
 * @typedef {object} DriverModule
 * @property {(options: DriverOptions) => Driver} open
 */

/**
 * @typedef {object} DriverOffer
 * @property {string} name
 * @property {string} url
 */

/** A refusal with a code that the wire or the HTTP envelope names. */
export class HostError extends Error {
  /**
   * @param {string} code
   * @param {string} detail
   */
  constructor(code, detail) {
    super(detail || code);
    this.name = 'HostError';
    this.code = code;
    this.detail = detail;
  }
}

/** The way failed, not the request: nothing answered, or the answer was cut. Asking again may help. */
export class ConnectionError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'ConnectionError';
  }
}
