import assert from 'node:assert/strict';
import { createPublicKey, verify, webcrypto } from 'node:crypto';
import { test } from 'node:test';

import { encodeBase64Url } from '../../assets/pcd/base64url.js';
import { FrameDecoder, LIMITS } from '../../assets/pcd/frame.js';
import { proofMessage, signRequest } from '../../assets/pcd/proof.js';
import { fromHex, toHex, vectors } from './vectors.js';

globalThis.crypto ??= webcrypto;
const utf8 = new TextEncoder();

function verifies(key, message, proof) {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
  return verify(null, message, publicKey, Buffer.from(proof, 'base64url'));
}

for (const { name, key, nonce_hex: nonce, ticket, request, message_hex: expected, proof } of vectors('proof')) {
  test(`signs over the agreed bytes: ${name}`, async () => {
    const message = await proofMessage(fromHex(nonce), ticket, utf8.encode(request));
    assert.equal(toHex(message), expected);
    assert.ok(verifies(key, message, proof));
  });
}

test('a signed request carries a proof that its own key verifies', async () => {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const key = encodeBase64Url(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)));
  const decoder = new FrameDecoder();
  decoder.push(await signRequest({ pair, key }, 'v4.public.ticket', { op: 'status' }));
  const auth = JSON.parse(new TextDecoder().decode(decoder.nextFrame(LIMITS.auth)));
  const request = decoder.nextFrame(LIMITS.request);
  decoder.finish();
  const nonce = new Uint8Array(Buffer.from(auth.nonce, 'base64url'));
  assert.deepEqual([auth.v, auth.ticket, auth.key, nonce.length], [1, 'v4.public.ticket', key, 16]);
  assert.equal(new TextDecoder().decode(request), '{"op":"status"}');
  assert.ok(verifies(key, await proofMessage(nonce, auth.ticket, request), auth.proof));
});

test('every request has a nonce of its own', async () => {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const wires = await Promise.all([1, 2].map(() => signRequest({ pair, key: 'k' }, 't', { op: 'status' })));
  assert.notEqual(toHex(wires[0]), toHex(wires[1]));
});
