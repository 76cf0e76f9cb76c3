import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';

import { encodeBase64Url } from '../../assets/pcd/base64url.js';
import { HostTrust } from '../../assets/pcd/trust.js';
import { concat } from '../../assets/pcd/frame.js';
import { uuidBytes } from '../../assets/pcd/uuid.js';

globalThis.crypto ??= webcrypto;
const HOST = '018bcfe5-6800-7101-8101-010101010101';
const NOW = 1_800_000_000_000;
const DAY = 24 * 60 * 60 * 1000;

async function identity() {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  return { pair, key: encodeBase64Url(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))) };
}

async function prekeyBy({ pair }, { host = HOST, notAfter = NOW + DAY, fill = 7 } = {}) {
  const key = new Uint8Array(32).fill(fill);
  const until = new Uint8Array(8);
  new DataView(until.buffer).setBigInt64(0, BigInt(notAfter));
  const statement = concat([new TextEncoder().encode('iroam prekey v1\n'), uuidBytes(host), key, until]);
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, statement));
  return { key: encodeBase64Url(key), not_after_ms: notAfter, signature: encodeBase64Url(signature) };
}

/** One browser's memory of hosts. */
function memory() {
  const kept = new Map();
  return async (name, make) => kept.get(name) ?? kept.set(name, await make()).get(name);
}

test('takes a prekey that the host itself has signed', async () => {
  const host = await identity();
  const trust = new HostTrust(HOST, { keep: memory(), now: () => NOW });
  const { key } = await trust.prekey({ key: host.key, prekey: await prekeyBy(host) });
  assert.deepEqual(key, new Uint8Array(32).fill(7));
  const next = await trust.prekey({ key: host.key, prekey: await prekeyBy(host, { fill: 8 }) });
  assert.deepEqual(next.key, new Uint8Array(32).fill(8));
});

test('refuses a host that shows another identity than before', async () => {
  const keep = memory();
  const [host, impostor] = [await identity(), await identity()];
  await new HostTrust(HOST, { keep, now: () => NOW }).prekey({ key: host.key, prekey: await prekeyBy(host) });
  const later = new HostTrust(HOST, { keep, now: () => NOW });
  await assert.rejects(later.prekey({ key: impostor.key, prekey: await prekeyBy(impostor) }), { code: 'host_key_changed' });
  await assert.rejects(later.prekey({ key: host.key, prekey: await prekeyBy(impostor) }), { code: 'host_key_changed' });
});

test('refuses a prekey of another host, a changed one and one that is out of date', async () => {
  const host = await identity();
  const trust = new HostTrust(HOST, { keep: memory(), now: () => NOW });
  const asked = (prekey) => trust.prekey({ key: host.key, prekey });
  await assert.rejects(asked(await prekeyBy(host, { host: '018bcfe5-6800-7101-8101-010101010102' })), { code: 'host_key_changed' });
  const good = await prekeyBy(host);
  await assert.rejects(asked({ ...good, not_after_ms: good.not_after_ms + 1 }), { code: 'host_key_changed' });
  await assert.rejects(asked(await prekeyBy(host, { notAfter: NOW - 7 * DAY - 1 })), { code: 'clock_wrong' });
  await asked(await prekeyBy(host, { notAfter: NOW - 7 * DAY + 1 }));
});

test('a key that was taken once is not taken for ever', async () => {
  const host = await identity();
  let now = NOW;
  const trust = new HostTrust(HOST, { keep: memory(), now: () => now });
  const keys = { key: host.key, prekey: await prekeyBy(host) };
  await trust.prekey(keys);
  now += 400 * DAY;
  await assert.rejects(trust.prekey(keys), { code: 'clock_wrong' });
});

test('an identity that has not proved itself is not noted', async () => {
  const keep = memory();
  const [host, impostor] = [await identity(), await identity()];
  const trust = new HostTrust(HOST, { keep, now: () => NOW });
  await assert.rejects(trust.prekey({ key: impostor.key, prekey: await prekeyBy(host) }), { code: 'host_key_changed' });
  await trust.prekey({ key: host.key, prekey: await prekeyBy(host) });
  await assert.rejects(trust.prekey({ key: impostor.key, prekey: await prekeyBy(host) }), { code: 'host_key_changed' });
});

test('a host without a prekey is off line', async () => {
  const trust = new HostTrust(HOST, { keep: memory(), now: () => NOW });
  await assert.rejects(trust.prekey({ key: 'k', prekey: null }), { code: 'host_offline' });
});
