import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';

import { ChunkReader } from '../../assets/pcd/chunks.js';
import { HostClient } from '../../assets/pcd/client.js';
import { concat, encodeFrame } from '../../assets/pcd/frame.js';
import { readReply } from '../../assets/pcd/reply.js';

globalThis.crypto ??= webcrypto;
const utf8 = new TextEncoder();
const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);

function box(type, content) {
  const bytes = new Uint8Array(8 + content.length);
  new DataView(bytes.buffer).setUint32(0, bytes.length);
  bytes.set(utf8.encode(type), 4);
  bytes.set(content, 8);
  return bytes;
}

const chunk = (value, length) => concat([box('moof', new Uint8Array(5)), box('mdat', new Uint8Array(length).fill(value))]);
const CHUNKS = [chunk(1, 100), chunk(2, 30), chunk(3, 0), chunk(4, 900)];
const WIRE = concat([encodeFrame(utf8.encode(JSON.stringify({ status: 'ok', length: null, reply: { op: 'segment', chunks: CHUNKS.length } })), 1 << 18), ...CHUNKS]);

async function* inPieces(bytes, size) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

test('chunks are cut at their ends, however the bytes come', () => {
  const whole = concat(CHUNKS);
  for (const size of [1, 3, 7, 8, 50, 113, 5000]) {
    const reader = new ChunkReader(10_000);
    const got = [];
    for (let at = 0; at < whole.length; at += size) {
      reader.push(whole.slice(at, at + size));
      for (let next = reader.next(); next; next = reader.next()) got.push(next);
    }
    assert.deepEqual(got, CHUNKS, `pieces of ${size}`);
    assert.deepEqual([reader.count, reader.rest], [CHUNKS.length, 0]);
  }
});

test('a box of 64-bit length and boxes before a chunk belong to it', () => {
  const large = new Uint8Array(16 + 4);
  const view = new DataView(large.buffer);
  view.setUint32(0, 1);
  large.set(utf8.encode('mdat'), 4);
  view.setBigUint64(8, 20n);
  const bytes = concat([box('styp', new Uint8Array(4)), box('moof', new Uint8Array(1)), large]);
  const reader = new ChunkReader(1000);
  reader.push(bytes);
  assert.deepEqual(reader.next(), bytes);
});

test('boxes of absurd lengths are refused', () => {
  for (const length of [0, 7, 0xffff_ffff]) {
    const reader = new ChunkReader(1000);
    const bytes = box('moof', new Uint8Array(4));
    new DataView(bytes.buffer).setUint32(0, length);
    reader.push(bytes);
    assert.throws(() => reader.next(), { name: 'ConnectionError' }, `${length}`);
  }
});

test('each chunk is handed on when it is whole, and its burst ends there', async () => {
  const told = [];
  const transfer = { got: () => {}, end: () => told.push('end') };
  const { body } = await readReply(inPieces(WIRE, 16), { onPiece: (piece) => told.push(piece.length), transfer });
  assert.deepEqual(told, [...CHUNKS.flatMap(({ length }) => ['end', length]), 'end']);
  assert.equal(body.length, 0);
});

test('without a taker the body comes whole', async () => {
  assert.deepEqual((await readReply(inPieces(WIRE, 99))).body, concat(CHUNKS));
});

/** A client whose driver brings `replies` in turn. */
function clientOf(replies) {
  let asked = 0;
  const session = { current: async () => ({ ticket: 't', drivers: [] }), close: () => {} };
  const open = async () => ({ name: 'x', send: async () => inPieces(replies[Math.min(asked++, replies.length - 1)], 40) });
  const client = new HostClient({ hostId: 'h', identity: { pair, key: 'k' }, session, open, onLink: () => {} });
  return { client, asked: () => asked };
}

test('a segment with fewer chunks than promised is asked for again, and no chunk is handed on twice', async () => {
  const headerBytes = WIRE.length - concat(CHUNKS).length;
  const cuts = [WIRE.slice(0, headerBytes + CHUNKS[0].length + 10), WIRE.slice(0, headerBytes + CHUNKS[0].length + CHUNKS[1].length), WIRE];
  const { client, asked } = clientOf(cuts);
  const got = [];
  await client.request({ op: 'segment' }, { onPiece: (piece) => got.push(piece) });
  assert.deepEqual([got, asked()], [CHUNKS, 3]);
  client.close();
});

test('a segment cut among its chunks may come whole the next time: every byte is handed on once', async () => {
  const content = concat(CHUNKS);
  const cut = WIRE.slice(0, WIRE.length - CHUNKS[3].length - 5);
  const whole = concat([encodeFrame(utf8.encode(JSON.stringify({ status: 'ok', length: content.length, reply: { op: 'segment' } })), 1 << 18), content]);
  for (const again of [whole, WIRE]) {
    const { client, asked } = clientOf([cut, again]);
    const got = [];
    await client.request({ op: 'segment' }, { onPiece: (piece) => got.push(piece) });
    assert.deepEqual([concat(got), asked()], [content, 2]);
    client.close();
  }
});

test('a body that says its length comes as one piece', async () => {
  const wire = concat([encodeFrame(utf8.encode('{"status":"ok","length":3,"reply":{"op":"segment"}}'), 1 << 18), new Uint8Array(3)]);
  const { client, asked } = clientOf([wire.slice(0, -1), wire]);
  const got = [];
  await client.request({ op: 'segment' }, { onPiece: (piece) => got.push(piece.length) });
  assert.deepEqual([got, asked()], [[3], 2]);
  client.close();
});

test('a busy host is asked again, unless that is an answer to who asks', async () => {
  const busy = encodeFrame(utf8.encode('{"status":"error","error":{"code":"busy","detail":"It has too much to do."}}'), 1 << 18);
  const patient = clientOf([busy, WIRE]);
  await patient.client.request({ op: 'segment' });
  assert.equal(patient.asked(), 2);
  const hasty = clientOf([busy]);
  await assert.rejects(hasty.client.request({ op: 'segment' }, { refusals: ['busy'] }), { code: 'busy', detail: 'It has too much to do.' });
  patient.client.close();
  hasty.client.close();
});
