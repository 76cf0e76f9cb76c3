import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from '../../assets/pcd/drivers/relay.js';
import { Session } from '../../assets/pcd/session.js';

const hostId = '018bcfe5-6800-7101-8101-010101010101';

test('a request that is given up does not wait for a key that does not come', async () => {
  const driver = open({ url: '/r', hostId, prekey: () => new Promise(() => {}), fetch: async () => new Response('') });
  const controller = new AbortController();
  const asked = driver.send(new Uint8Array(1), { signal: controller.signal, urgency: 3 });
  controller.abort(new Error('given up'));
  await assert.rejects(asked, { message: 'given up' });
  const late = driver.send(new Uint8Array(1), { signal: controller.signal, urgency: 3 });
  await assert.rejects(late, { message: 'given up' });
});

test('a host that is off line is asked after once for all who wait', async () => {
  let asked = 0;
  const answer = { session_id: 's', ticket: 't', drivers: [], keys: { key: 'k', prekey: null } };
  const ask = async () => {
    asked += 1;
    return { ...answer, server_time: new Date(0).toISOString(), ticket_expires_at: new Date(120_000).toISOString() };
  };
  const session = new Session(hostId, 'k', ask);
  for (let n = 0; n < 20; n += 1) assert.equal((await session.keys()).prekey, null);
  assert.equal(asked, 1);
  session.close();
});
