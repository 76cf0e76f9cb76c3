/**
 * What a driver is: one way of carrying a request from this browser to a host.
 * Drivers know bytes only; what they mean is `client.js`'s affair.
 */

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/**
 * @typedef {object} Driver
 * @property {string} name
 * @property {(request: Bytes, signal: AbortSignal) => Promise<AsyncIterable<Bytes>>} send
 *   Sends one whole request and gives the reply's bytes as they come. Ends early without an error when the way was cut.
 */

/**
 * @typedef {object} DriverModule
 * @property {(options: { url: string }) => Driver} open
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
