/** Which failures pass by themselves, and how long to wait before asking again. */

import { ConnectionError, HostError } from './driver.js';

const WAIT_MS_MIN = 500;
const WAIT_MS_MAX = 5_000;
/** A host in trouble with one request may stay so for ever; one that was started anew has told its new key by then. */
const FEW_TRIES = 3;
const WORTH_FEW = new Set(['internal', 'prekey_unknown']);

/** All that a player changes at the server is its session, which may be opened or renewed twice: `outcome_unknown` is as good as `unavailable`. */
const PASSING = new Set(['host_offline', 'host_failed', 'busy', 'rate_limited', 'unavailable', 'storage_full', 'outcome_unknown', 'internal', 'prekey_unknown']);
/** What the host, the account or this player is refused for: every other request would be refused as well. */
const WHOLE_HOST = new Set(['host_gone', 'forbidden', 'signed_out', 'ticket_wrong_host', 'unsupported_version', 'no_driver', 'host_key_changed', 'clock_wrong']);
const TICKET = new Set(['ticket_expired', 'ticket_invalid', 'proof_invalid', 'replayed', 'prekey_unknown']);

/** @param {unknown} error */
export function isPassing(error) {
  return error instanceof ConnectionError || (error instanceof HostError && PASSING.has(error.code));
}

/** How many tries a failure is worth. @param {unknown} error */
export function triesWorth(error) {
  return error instanceof HostError && WORTH_FEW.has(error.code) ? FEW_TRIES : Infinity;
}

/** Whether the way to the host is lost, rather than the host being slow or in trouble with one request. @param {unknown} error */
export function isLostWay(error) {
  return error instanceof ConnectionError || (error instanceof HostError && (error.code === 'host_offline' || error.code === 'host_failed'));
}

/** Whether the failure is not the one request's, so that asking for something else is no use. @param {unknown} error */
export function isOfWholeHost(error) {
  return error instanceof HostError && (WHOLE_HOST.has(error.code) || TICKET.has(error.code));
}

/** Whether a new ticket may help, or what else a renewed session brings. @param {unknown} error */
export function isTicketTrouble(error) {
  return error instanceof HostError && TICKET.has(error.code);
}

/**
 * Milliseconds before the attempt after `failures` failures: doubling, capped, with up to a quarter taken off so that many players do not knock together.
 * @param {number} failures 1 or more
 * @param {number} random 0..1
 */
export function backOff(failures, random) {
  const full = Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** Math.min(failures - 1, 10));
  return Math.max(WAIT_MS_MIN, full * (1 - random / 4));
}

/**
 * Waits; ends early when the browser comes back on line.
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.('online', end);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, ms);
    globalThis.addEventListener?.('online', end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
