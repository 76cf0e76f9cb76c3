import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';

import { encodeBase64Url } from '../../assets/pcd/base64url.js';
import { concat, encodeFrame } from '../../assets/pcd/frame.js';
import { encrypt, labeledExpand, openReply, sealRequest, setUpSender, SUITES } from '../../assets/pcd/seal.js';
import { takeVarint } from '../../assets/pcd/varint.js';
import { fromHex, toHex, vectors } from './vectors.js';

globalThis.crypto ??= webcrypto;
const published = vectors('seal');
const NONCE_BYTES = 16;

/** The pair that has this private key (RFC 7748). */
async function pairOf(privateHex, publicHex) {
  const [d, x] = [privateHex, publicHex].map((hex) => encodeBase64Url(fromHex(hex)));
  const jwk = { kty: 'OKP', crv: 'X25519', x };
  return {
    privateKey: await crypto.subtle.importKey('jwk', { ...jwk, d }, 'X25519', false, ['deriveBits']),
    publicKey: await crypto.subtle.importKey('jwk', jwk, 'X25519', true, []),
  };
}

async function* inPieces(bytes, size) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function all(pieces) {
  const parts = [];
  for await (const piece of pieces) parts.push(piece);
  return concat(parts);
}

/** The shared exchange: what was sealed, and what opens its reply. */
async function exchange() {
  const { host, prekey, urgency, ephemeral_private: own, request, request_sealed: sealed } = published.exchange;
  const ephemeral = await pairOf(own, sealed.slice(20, 84));
  return sealRequest(fromHex(request), { hostId: host, prekey: { key: fromHex(prekey) }, urgency, ephemeral });
}

const sealedReply = fromHex(published.exchange.reply_sealed);
const plainReply = fromHex(published.exchange.reply_pieces.join(''));

test('seals as RFC 9180 does', async () => {
  const vector = published.rfc_9180_a_1_1;
  const ephemeral = await pairOf(vector.skEm, vector.enc);
  const { enc, key, nonce, exporter } = await setUpSender(fromHex(vector.pkRm), fromHex(vector.info), ephemeral);
  assert.deepEqual([toHex(enc), toHex(nonce), toHex(exporter)], [vector.enc, vector.base_nonce, vector.exporter_secret]);
  for (const [count, { aad, pt, ct }] of vector.encryptions.entries()) {
    const ofThis = nonce.slice();
    ofThis[11] ^= count;
    assert.equal(toHex(await encrypt(key, ofThis, fromHex(aad), fromHex(pt))), ct);
  }
  for (const { context, value } of vector.exports) {
    assert.equal(toHex(await labeledExpand(SUITES.hpke, exporter, 'sec', fromHex(context), 32)), value);
  }
});

test('opens what chunked Oblivious HTTP seals', async () => {
  const { enc, secret, response, chunks } = published.chunked_ohttp_a;
  const wire = concat([Uint8Array.of(1), fromHex(response)]);
  const opened = await all(openReply(inPieces(wire, 5), { enc: fromHex(enc), secret: fromHex(secret) }));
  assert.equal(toHex(opened), chunks.map(({ plain }) => plain).join(''));
});

test('an exchange is that of the shared vector', async () => {
  const { wire, context } = await exchange();
  assert.equal(toHex(wire), published.exchange.request_sealed);
  for (const size of [1, 7, 64, 1000]) {
    assert.equal(toHex(await all(openReply(inPieces(sealedReply, size), context))), toHex(plainReply));
  }
});

test('every request is sealed with a key of its own', async () => {
  const { host, prekey } = published.exchange;
  const options = { hostId: host, prekey: { key: fromHex(prekey) }, urgency: 3 };
  const wires = await Promise.all([1, 2].map(async () => (await sealRequest(Uint8Array.of(1, 2, 3), options)).wire));
  assert.notEqual(toHex(wires[0].slice(10)), toHex(wires[1].slice(10)));
});

test('a flipped bit anywhere in a reply is refused', async () => {
  const { context } = await exchange();
  for (let at = 1; at < sealedReply.length; at += 1) {
    const changed = sealedReply.slice();
    changed[at] ^= 1 << (at % 8);
    await assert.rejects(all(openReply(inPieces(changed, 50), context)), { name: 'ConnectionError' }, `byte ${at}`);
  }
});

test('a reply that is cut anywhere is refused', async () => {
  const { context } = await exchange();
  for (let length = 0; length < sealedReply.length; length += 1) {
    await assert.rejects(all(openReply(inPieces(sealedReply.slice(0, length), 50), context)), { name: 'ConnectionError' }, `${length} bytes`);
  }
});

test('chunks that are swapped, doubled or left out are refused', async () => {
  const { context } = await exchange();
  const head = sealedReply.slice(0, 1 + NONCE_BYTES);
  const chunks = [];
  for (let at = head.length; at < sealedReply.length; ) {
    const { value, bytes } = takeVarint(sealedReply.subarray(at));
    const end = value === 0 ? sealedReply.length : at + bytes + value;
    chunks.push(sealedReply.slice(at, end));
    at = end;
  }
  assert.equal(chunks.length, 4);
  const opened = (order) => all(openReply(inPieces(concat([head, ...order.map((at) => chunks[at])]), 9), context));
  assert.equal(toHex(await opened([0, 1, 2, 3])), toHex(plainReply));
  for (const order of [[1, 0, 2, 3], [0, 0, 1, 2, 3], [1, 2, 3], [0, 1, 3], [3], [0, 1, 2]]) {
    await assert.rejects(opened(order), { name: 'ConnectionError' }, String(order));
  }
});

test('a chunk that says it is huge, and bytes after the end, are refused', async () => {
  const { context } = await exchange();
  const head = sealedReply.slice(0, 1 + NONCE_BYTES);
  const huge = concat([head, Uint8Array.of(0x80, 1, 0, 17), new Uint8Array(20)]);
  await assert.rejects(all(openReply(inPieces(huge, 100), context)), { message: 'a chunk of the reply is too long' });
  const endless = concat([sealedReply, new Uint8Array(70_000)]);
  await assert.rejects(all(openReply(inPieces(endless, 10_000), context)), { message: 'the reply goes on after its end' });
});

test('what is not sealed is heard only where nothing depends on it', async () => {
  const { context } = await exchange();
  const open = (header) => concat([Uint8Array.of(0), encodeFrame(new TextEncoder().encode(JSON.stringify(header)), 1 << 18)]);
  const said = (code) => all(openReply(inPieces(open({ status: 'error', error: { code, detail: 'x' } }), 4), context));
  await assert.rejects(said('prekey_unknown'), { name: 'HostError', code: 'prekey_unknown' });
  await assert.rejects(said('busy'), { name: 'HostError', code: 'busy' });
  await assert.rejects(said('gone'), { name: 'ConnectionError' });
  await assert.rejects(all(openReply(inPieces(open({ status: 'ok', length: 0, reply: { op: 'segment' } }), 4), context)), { name: 'ConnectionError' });
  await assert.rejects(all(openReply(inPieces(Uint8Array.of(2, 3, 4), 4), context)), { message: 'the reply is not sealed' });
});

test('an answer in the open has an end, and pieces may be empty', async () => {
  const { context } = await exchange();
  const endless = concat([Uint8Array.of(0), new Uint8Array(10_000)]);
  await assert.rejects(all(openReply(inPieces(endless, 1000), context)), { message: 'an answer in the open is too long' });
  async function* withEmpty() {
    for await (const piece of inPieces(sealedReply, 20)) yield* [new Uint8Array(0), piece];
  }
  assert.equal(toHex(await all(openReply(withEmpty(), context))), toHex(plainReply));
});
