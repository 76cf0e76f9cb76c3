// The examples of tests/vectors/headers.json, which the host's own tests read as well: both sides mean the same JSON.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';

import { FrameDecoder, LIMITS, concat, encodeFrame } from '../../assets/pcd/frame.js';
import { signRequest } from '../../assets/pcd/proof.js';
import { readReply } from '../../assets/pcd/reply.js';
import { initialState } from '../../assets/player/store/initial.js';
import { Catalogue } from '../../assets/player/controllers/catalogue.js';
import { durationSeconds, segmentCount } from '../../assets/player/audio/timeline.js';
import { vectors } from './vectors.js';

globalThis.crypto ??= webcrypto;
const utf8 = new TextEncoder();
const examples = vectors('headers');
const of = (kind) => examples.filter((example) => example.kind === kind);
const example = (kind, name) => examples.find((one) => one.kind === kind && one.name === name).json;
const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
const { key, ticket } = example('auth', 'auth');

/** The two frames of a signed request, as the host reads them. */
async function sent(request) {
  const decoder = new FrameDecoder();
  decoder.push(await signRequest({ pair, key }, ticket, request));
  const [auth, body] = [decoder.nextFrame(LIMITS.auth), decoder.nextFrame(LIMITS.request)].map((frame) => JSON.parse(new TextDecoder().decode(frame)));
  decoder.finish();
  return { auth, body };
}

/** A chunk without content: an empty `moof` and an empty `mdat`. */
const CHUNK = new Uint8Array([0, 0, 0, 8, 0x6d, 0x6f, 0x6f, 0x66, 0, 0, 0, 8, 0x6d, 0x64, 0x61, 0x74]);

function bodyOf({ length, reply }) {
  return reply?.chunks ? concat(Array(reply.chunks).fill(CHUNK)) : new Uint8Array(length ?? 5);
}

/** A reply with that header and a body as it says (5 bytes when it does not), in two pieces. */
async function* pieces(header) {
  const wire = concat([encodeFrame(utf8.encode(JSON.stringify(header)), LIMITS.replyHeader), bodyOf(header)]);
  yield wire.subarray(0, 7);
  yield wire.subarray(7);
}

/** What the catalogue asks a host for. */
async function browseOf(query) {
  let asked;
  const request = async (one) => {
    asked = one;
    return { reply: { total: 0 }, body: utf8.encode('{"tracks":[]}') };
  };
  await new Catalogue({ client: () => ({ request }) }).page('h', { ...initialState().query, ...query }, 5);
  return asked;
}

test('has examples of each kind', () => {
  assert.ok(of('auth').length >= 1 && of('request').length >= 5 && of('reply').length >= 10);
  assert.deepEqual(new Set(examples.map(({ kind }) => kind)), new Set(['auth', 'request', 'reply']));
});

test('each request goes out as its example says, in a frame after an auth frame of the example’s shape', async () => {
  const expected = example('auth', 'auth');
  for (const { name, json } of of('request')) {
    const { auth, body } = await sent(json);
    assert.deepEqual(body, json, name);
    assert.deepEqual([Object.keys(auth).sort(), auth.v, auth.key, auth.ticket], [Object.keys(expected).sort(), expected.v, key, ticket], name);
    assert.deepEqual([auth.nonce.length, auth.proof.length], [expected.nonce.length, expected.proof.length], name);
    assert.match(auth.nonce + auth.proof, /^[\w-]+$/, name);
  }
});

test('the player’s own browse requests have the fields of the examples', async () => {
  const filtered = example('request', 'browse, filtered');
  const { selection, sort, descending } = filtered;
  const { search, kind } = selection;
  assert.deepEqual(await browseOf({ kind, search, sort, descending }), { ...filtered, offset: 500, limit: 100 });
  const plain = example('request', 'browse, plain');
  assert.deepEqual(await browseOf({ kind: 'audio', search: '', sort: plain.sort, descending: false }), { ...plain, selection: { kind: 'audio' }, offset: 500, limit: 100 });
});

test('each reply is read as its example says', async () => {
  for (const { name, json } of of('reply').filter(({ json: { status } }) => status === 'ok')) {
    const { reply, body } = await readReply(pieces(json));
    assert.deepEqual([reply, body.length], [json.reply, bodyOf(json).length], name);
  }
});

test('each error is thrown with its code and detail', async () => {
  const errors = of('reply').filter(({ json: { status } }) => status === 'error');
  assert.ok(errors.length >= 10);
  for (const { name, json } of errors) await assert.rejects(readReply(pieces(json)), { name: 'HostError', ...json.error }, name);
});

test('the example of a timeline is a whole track', () => {
  const { reply } = example('reply', 'init');
  assert.deepEqual([segmentCount(reply), durationSeconds(reply)], [51, 200]);
});
