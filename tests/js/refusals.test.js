import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HostError } from '../../assets/pcd/driver.js';
import { open } from '../../assets/pcd/drivers/relay.js';
import { isOfWholeHost } from '../../assets/pcd/retry.js';
import { Session } from '../../assets/pcd/session.js';
import { errorText } from '../../assets/player/lib/messages.js';

const { signal } = new AbortController();
const envelope = (status, code, detail) => new Response(JSON.stringify({ errors: [{ code, detail }] }), { status });
const prekey = async () => ({ key: new Uint8Array(32).fill(9) });
const hostId = '018bcfe5-6800-7101-8101-010101010101';
const relayAnswers = (response) => open({ url: '/r', hostId, prekey, fetch: async () => response }).send(new Uint8Array(1), { signal, urgency: 3 });

test('the relay’s not_found means that the host is gone', async () => {
  await assert.rejects(relayAnswers(envelope(404, 'not_found', 'no such thing')), { name: 'HostError', code: 'host_gone' });
});

test('the relay’s other refusals keep their code and detail', async () => {
  await assert.rejects(relayAnswers(envelope(403, 'forbidden', 'this came from another site')), { code: 'forbidden', detail: 'this came from another site' });
  await assert.rejects(relayAnswers(envelope(503, 'host_offline', 'x')), { code: 'host_offline' });
});

test('a session that cannot be opened for want of its host means the same', async () => {
  const session = new Session('h', 'k', async () => {
    throw new HostError('not_found', 'x');
  });
  await assert.rejects(session.current(), { code: 'host_gone' });
});

test('a session that the server has forgotten is opened anew', async () => {
  const asked = [];
  const times = { server_time: '2026-11-22T12:00:00Z', ticket_expires_at: '2026-11-22T12:02:00Z' };
  const session = new Session('h', 'k', async (url) => {
    asked.push(url);
    if (url.endsWith('/renew')) throw new HostError('not_found', 'x');
    return { session_id: 's', ticket: `t${asked.length}`, drivers: [], ...times };
  });
  const { ticket } = await session.current();
  assert.equal((await session.renew(ticket)).ticket, 't3');
  assert.deepEqual(asked, ['/api/v1/sessions', '/api/v1/sessions/s/renew', '/api/v1/sessions']);
  session.close();
});

test('a session that cannot be renewed now is kept, and renewed later', async () => {
  const asked = [];
  const times = { server_time: '2026-11-22T12:00:00Z', ticket_expires_at: '2026-11-22T12:02:00Z' };
  const session = new Session('h', 'k', async (url) => {
    asked.push(url);
    if (asked.length === 2) throw new HostError('unavailable', 'x');
    return { session_id: 's', ticket: `t${asked.length}`, drivers: [], ...times };
  });
  const { ticket } = await session.current();
  await assert.rejects(session.renew(ticket), { code: 'unavailable' });
  assert.equal((await session.renew(ticket)).ticket, 't3');
  assert.deepEqual(asked, ['/api/v1/sessions', '/api/v1/sessions/s/renew', '/api/v1/sessions/s/renew']);
  session.close();
});

test('knows refusals of everything from those of one track', () => {
  const whole = ['host_gone', 'forbidden', 'signed_out', 'ticket_wrong_host', 'ticket_expired'];
  const single = ['not_found', 'gone', 'unplayable', 'missing_plugin', 'bad_reply'];
  assert.deepEqual(whole.filter((code) => !isOfWholeHost(new HostError(code, ''))), []);
  assert.deepEqual(single.filter((code) => isOfWholeHost(new HostError(code, ''))), []);
});

test('says what a refusal means, in the server’s words where it has some', () => {
  assert.equal(errorText({ code: 'host_gone' }), 'This host was removed from your account. Pair it again to play from it.');
  assert.equal(errorText({ code: 'not_found' }), 'It is not in the library any more.');
  assert.equal(errorText(new HostError('forbidden', 'this request came from another site')), 'This request came from another site.');
});
