/** Media from hosts, as the engine asks for it: measured as it comes, and waited for while a host is busy. */

import { pause } from '../../pcd/retry.js';
import { errorText } from '../lib/messages.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').Wanted} Wanted */

/** Time between one question and the next to a host that has too much to do, ms. */
const BUSY_MS = 2500;

/**
 * @param {Store} store
 * @param {import('./hosts.js').Hosts} hosts
 * @param {import('../audio/throughput.js').Throughput} throughput
 * @returns {import('../types.js').MediaSourceOfTracks}
 */
export function mediaOf(store, hosts, throughput) {
  return {
    async init(wanted, { signal, patient }) {
      const ask = () => hosts.client(wanted.item.hostId).request({ op: 'init', ...named(wanted) }, { signal, refusals: ['busy'] });
      const { reply, body } = await whenFree(store, ask, signal, patient);
      return { timeline: reply, bytes: body };
    },
    async segment(wanted, index, { signal, patient, aheadMs, to }) {
      const request = { op: 'segment', ...named(wanted), index, ...(aheadMs === undefined ? {} : { ahead_ms: Math.min(aheadMs, 0xffff_ffff) }) };
      const onPiece = (/** @type {import('../types.js').Bytes} */ piece) => to.add(piece);
      const ask = () => hosts.client(wanted.item.hostId).request(request, { signal, refusals: ['busy'], onPiece, transfer: () => watched(throughput, to) });
      await whenFree(store, ask, signal, patient);
    },
  };
}

/** @param {Wanted} wanted */
function named({ item, rendition, stream }) {
  return { track: item.track.id, rendition, ...(stream > 0 ? { stream } : {}) };
}

/**
 * Each try begins at nothing.
 * @param {import('../audio/throughput.js').Throughput} throughput
 * @param {import('../types.js').Receiver} to
 */
function watched(throughput, to) {
  const watch = throughput.watch();
  to.received = 0;
  return {
    got(/** @type {number} */ bytes) {
      to.received += bytes;
      watch.got(bytes);
    },
    end: () => watch.end(),
  };
}

/**
 * Asks until the host has time, and says meanwhile what the host says.
 * @template T
 * @param {Store} store
 * @param {() => Promise<T>} ask
 * @param {AbortSignal} signal
 * @param {boolean} patient
 * @returns {Promise<T>}
 */
async function whenFree(store, ask, signal, patient) {
  let told = false;
  try {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!patient || signal.aborted || /** @type {any} */ (error)?.code !== 'busy') throw error;
        told = true;
        store.dispatch({ type: 'notice/show', notice: { id: 'busy', text: errorText(error), kind: 'waiting' } });
        await pause(BUSY_MS, signal);
      }
    }
  } finally {
    if (told) store.dispatch({ type: 'notice/hide', id: 'busy' });
  }
}
