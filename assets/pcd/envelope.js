/** The HTTP error envelope `{"errors":[{"code","detail"}]}`, and JSON over HTTP with it. */

import { ConnectionError, HostError } from './driver.js';

/**
 * What a failed response says. A proxy's page in place of the envelope counts as a broken way.
 * @param {Response} response
 * @returns {Promise<HostError | ConnectionError>}
 */
export async function envelopeError(response) {
  try {
    const { errors } = await response.json();
    const [{ code, detail }] = errors;
    return new HostError(String(code), String(detail ?? ''));
  } catch {
    if (response.status === 401) return new HostError('signed_out', 'sign in again');
    if (response.status >= 500) return new ConnectionError(`the server answered ${response.status}`);
    return new HostError('http_error', `the server answered ${response.status}`);
  }
}

/**
 * A `not_found` of the server, where a host was asked for: the host itself is not this account's any more. A host says
 * `not_found` of a track; to whom something is gone must not depend on who has said so.
 * @param {unknown} error
 */
export function asHostGone(error) {
  if (!(error instanceof HostError && error.code === 'not_found')) return error;
  return new HostError('host_gone', 'this host was removed from your account');
}

/**
 * @param {string} url
 * @param {{ method?: string, body?: unknown, signal?: AbortSignal }} [options]
 * @returns {Promise<any>}
 */
export async function fetchJson(url, { method = 'GET', body, signal } = {}) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, {
      method,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new ConnectionError(`the server did not answer (${error instanceof Error ? error.message : error})`);
  }
  if (!response.ok) throw await envelopeError(response);
  return response.json();
}
