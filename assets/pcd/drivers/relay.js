/** The relay driver: one POST through the server for each request, sealed so that the server reads nothing of it. */

import { ConnectionError } from '../driver.js';
import { asHostGone, envelopeError } from '../envelope.js';
import { openReply, sealRequest } from '../seal.js';

/** A reply that sends nothing for so long is taken as cut. */
const SILENCE_MS_MAX = 20_000;

/**
 * @param {import('../driver.js').DriverOptions & { fetch?: typeof fetch }} options
 * @returns {import('../driver.js').Driver}
 */
export function open({ url, hostId, prekey, fetch: ask = (input, init) => fetch(input, init) }) {
  return {
    name: 'relay',
    async send(request, { signal, urgency, heard = () => {} }) {
      const key = await unlessAborted(prekey(), signal);
      const { wire, context } = await sealRequest(request, { hostId, prekey: key, urgency });
      signal.throwIfAborted();
      return openReply(await send(ask, url, wire, { signal, heard }), context);
    },
  };
}

/**
 * @param {typeof fetch} ask
 * @param {string} url
 * @param {import('../driver.js').Bytes} request
 * @param {{ signal: AbortSignal, heard: (bytes: number) => void }} options
 * @returns {Promise<AsyncIterable<import('../driver.js').Bytes>>}
 */
async function send(ask, url, request, { signal, heard }) {
  const guard = silenceGuard(signal);
  try {
    const response = await ask(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: request,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: guard.signal,
    });
    if (!response.ok) throw asHostGone(await envelopeError(response));
    if (!response.body) throw new ConnectionError('the relay answered without a body');
    return pieces(response.body.getReader(), guard, { signal, heard });
  } catch (error) {
    guard.stop();
    throw asConnectionError(error, signal);
  }
}

/**
 * @param {ReadableStreamDefaultReader<import('../driver.js').Bytes>} reader
 * @param {ReturnType<typeof silenceGuard>} guard
 * @param {{ signal: AbortSignal, heard: (bytes: number) => void }} options
 */
async function* pieces(reader, guard, { signal, heard }) {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      guard.heard();
      heard(value.length);
      yield value;
    }
  } catch (error) {
    throw asConnectionError(error, signal);
  } finally {
    guard.stop();
    // Leaving the loop early (a bad header) must stop the host's work too.
    reader.cancel().catch(() => {});
  }
}

/**
 * What others wait for as well is not to hold whoever has given up.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
function unlessAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    const give = () => reject(signal.reason);
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}

/** @param {AbortSignal} signal */
function silenceGuard(signal) {
  const own = new AbortController();
  const arm = () => setTimeout(() => own.abort(new ConnectionError('the host went silent')), SILENCE_MS_MAX);
  let timer = arm();
  return {
    signal: AbortSignal.any([signal, own.signal]),
    heard() {
      clearTimeout(timer);
      timer = arm();
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * `fetch` reports a broken way as a TypeError; a refusal and a cancellation stay what they are.
 * @param {unknown} error
 * @param {AbortSignal} signal
 */
function asConnectionError(error, signal) {
  if (signal.aborted) return signal.reason;
  if (error instanceof TypeError) return new ConnectionError('the server did not answer');
  return error;
}
