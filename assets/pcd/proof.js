/** Proofs: a signature by the player's own key over one request, so that a stolen or repeated one is worth nothing. */

import { encodeBase64Url } from './base64url.js';
import { concat, encodeFrame, LIMITS } from './frame.js';
import { ENCODINGS } from './packing.js';

/** @typedef {import('./driver.js').Bytes} Bytes */

/**
 * @typedef {object} Identity
 * @property {CryptoKeyPair} pair
 * @property {string} key The public half, base64url.
 */

const VERSION = 1;
const NONCE_BYTES = 16;
const CONTEXT = 'iroam proof v1\n';
const utf8 = new TextEncoder();

/**
 * The bytes that a proof signs: context, nonce, SHA-256 of the ticket's text, SHA-256 of the request's JSON.
 * @param {Uint8Array} nonce 16 bytes
 * @param {string} ticket
 * @param {Bytes} request JSON as sent
 * @returns {Promise<Bytes>}
 */
export async function proofMessage(nonce, ticket, request) {
  const [ticketHash, requestHash] = await Promise.all([sha256(utf8.encode(ticket)), sha256(request)]);
  return concat([utf8.encode(CONTEXT), nonce, ticketHash, requestHash]);
}

/**
 * One request as it goes on the wire: auth frame, request frame.
 * @param {Identity} identity
 * @param {string} ticket
 * @param {object} request
 * @returns {Promise<Bytes>}
 */
export async function signRequest(identity, ticket, request) {
  const body = utf8.encode(JSON.stringify(request));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const message = await proofMessage(nonce, ticket, body);
  const proof = new Uint8Array(await crypto.subtle.sign('Ed25519', identity.pair.privateKey, message));
  const auth = { v: VERSION, ticket, key: identity.key, nonce: encodeBase64Url(nonce), proof: encodeBase64Url(proof), accept: ENCODINGS };
  return concat([encodeFrame(utf8.encode(JSON.stringify(auth)), LIMITS.auth), encodeFrame(body, LIMITS.request)]);
}

/** @param {Bytes} bytes */
async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
