import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';

import { HostClient } from '../../assets/pcd/client.js';
import { ConnectionError, HostError } from '../../assets/pcd/driver.js';
import { concat, encodeFrame } from '../../assets/pcd/frame.js';
import { Session } from '../../assets/pcd/session.js';

globalThis.crypto ??= webcrypto;
const utf8 = new TextEncoder();
const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);

function reply(header, body = '') {
  return concat([encodeFrame(utf8.encode(JSON.stringify(header)), 1 << 18), utf8.encode(body)]);
}

const OK = reply({ status: 'ok', length: 5, reply: { op: 'segment' } }, 'bytes');

/** A client whose driver answers with `answers` in turn: bytes, an error to throw, or a promise of bytes. */
function clientOf(answers, options = {}) {
  const seen = { links: [], tickets: [], asked: 0, gone: 0 };
  const ask = async (url) => {
    seen.tickets.push(url);
    const now = Date.now();
    const times = { server_time: new Date(now).toISOString(), ticket_expires_at: new Date(now + 120_000).toISOString() };
    return { session_id: 's', ticket: `t${seen.tickets.length}`, drivers: [{ name: 'relay', url: '/r' }], ...times };
  };
  async function* pieces(answer) {
    for (let at = 0; at < answer.length; at += 3) yield answer.subarray(at, at + 3);
  }
  const send = async () => {
    const answer = answers[Math.min(seen.asked, answers.length - 1)];
    seen.asked += 1;
    if (answer instanceof Error) throw answer;
    return pieces(await answer);
  };
  const session = new Session('h', 'k', ask);
  const open = async () => ({ name: 'x', send });
  const told = { onLink: (link) => seen.links.push(link), onGone: () => (seen.gone += 1) };
  const client = new HostClient({ hostId: 'h', identity: { pair, key: 'k' }, session, open, ...told, ...options });
  return { client, seen };
}

test('reads a reply that arrives in pieces', async () => {
  const { client } = clientOf([OK]);
  const { reply: got, body } = await client.request({ op: 'segment' });
  assert.deepEqual([got, new TextDecoder().decode(body)], [{ op: 'segment' }, 'bytes']);
  client.close();
});

test('unpacks a body that the host has packed, and refuses one that is broken or packed otherwise', async () => {
  const rows = JSON.stringify({ tracks: Array(200).fill({ title: 'the same again' }) });
  const packed = deflateRawSync(rows);
  const answer = (encoding, body) => concat([reply({ status: 'ok', length: body.length, encoding, reply: { op: 'browse' } }), body]);
  const { client } = clientOf([answer('deflate-raw', packed), answer('deflate-raw', packed.subarray(9)), answer('lzma', packed)]);
  const { body } = await client.request({ op: 'browse' });
  assert.equal(new TextDecoder().decode(body), rows);
  await assert.rejects(client.request({ op: 'browse' }), { code: 'bad_reply' });
  await assert.rejects(client.request({ op: 'browse' }), { code: 'bad_reply' });
  client.close();
});

test('asks again when the body was cut, and tells that the way was lost and is back', async () => {
  const { client, seen } = clientOf([OK.subarray(0, OK.length - 2), OK]);
  await client.request({ op: 'segment' });
  assert.deepEqual([seen.asked, seen.links], [2, ['lost', 'up']]);
  client.close();
});

test('asks again when the host is off line or the server does not answer', async () => {
  const { client, seen } = clientOf([new HostError('host_offline', ''), new ConnectionError('no'), OK]);
  await client.request({ op: 'segment' });
  assert.deepEqual([seen.asked, seen.links], [3, ['lost', 'up']]);
  client.close();
});

test('renews an expired ticket and retries once', async () => {
  const expired = reply({ status: 'error', error: { code: 'ticket_expired', detail: 'x' } });
  const { client, seen } = clientOf([expired, OK]);
  await client.request({ op: 'segment' });
  assert.deepEqual(seen.tickets, ['/api/v1/sessions', '/api/v1/sessions/s/renew']);
  const twice = clientOf([expired]);
  await assert.rejects(twice.client.request({ op: 'segment' }), { code: 'ticket_expired' });
  assert.equal(twice.seen.asked, 2);
  client.close();
  twice.client.close();
});

test('a host that was started anew is asked with its new key, three times at most', async () => {
  const unknown = new HostError('prekey_unknown', 'x');
  const { client, seen } = clientOf([unknown, OK]);
  await client.request({ op: 'segment' });
  assert.deepEqual(seen.tickets, ['/api/v1/sessions', '/api/v1/sessions/s/renew']);
  client.close();
  const never = clientOf([unknown]);
  await assert.rejects(never.client.request({ op: 'segment' }), { code: 'prekey_unknown' });
  assert.ok(never.seen.asked <= 6, `${never.seen.asked}`);
  never.client.close();
});

test('a refusal is not asked again', async () => {
  const { client, seen } = clientOf([reply({ status: 'error', error: { code: 'gone', detail: 'it is gone' } })]);
  await assert.rejects(client.request({ op: 'segment' }), { name: 'HostError', code: 'gone', detail: 'it is gone' });
  assert.equal(seen.asked, 1);
  client.close();
});

test('a reply that is longer than announced is not taken', async () => {
  const { client } = clientOf([concat([OK, OK])]);
  await assert.rejects(client.request({ op: 'segment' }, { tries: 1 }), { name: 'ConnectionError' });
  client.close();
});

test('gives up at once when cancelled', async () => {
  const { client, seen } = clientOf([new ConnectionError('no')]);
  const abort = new AbortController();
  const asked = client.request({ op: 'segment' }, { signal: abort.signal });
  const refused = assert.rejects(asked, { message: 'enough' });
  while (seen.asked === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  abort.abort(new Error('enough'));
  await refused;
  assert.equal(seen.asked, 1);
  client.close();
});

test('tells of a host that does not answer while it goes on waiting, and that it answers after all', async () => {
  let answer;
  const { client, seen } = clientOf([new Promise((resolve) => (answer = resolve))], { silentMs: 5 });
  const asked = client.request({ op: 'segment' });
  while (seen.links.length === 0 || seen.asked === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual([seen.links, seen.asked], [['silent'], 1]);
  answer(OK);
  await asked;
  assert.deepEqual([seen.links, seen.asked], [['silent', 'up'], 1]);
  client.close();
});

test('a host that is gone from the account is told of, and not asked again', async () => {
  const { client, seen } = clientOf([new HostError('host_gone', 'x')]);
  await assert.rejects(client.request({ op: 'segment' }), { code: 'host_gone' });
  assert.deepEqual([seen.gone, seen.asked, seen.links], [1, 1, []]);
  client.close();
});

test('the host’s own not_found is a track’s affair', async () => {
  const { client, seen } = clientOf([reply({ status: 'error', error: { code: 'not_found', detail: 'x' } })]);
  await assert.rejects(client.request({ op: 'segment' }), { code: 'not_found' });
  assert.equal(seen.gone, 0);
  client.close();
});
