import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ConnectionError, HostError } from '../../assets/pcd/driver.js';
import { backOff, isLostWay, isPassing, isTicketTrouble } from '../../assets/pcd/retry.js';

test('waits from half a second to five, longer each time', () => {
  const waits = [1, 2, 3, 4, 5, 50].map((failures) => backOff(failures, 0));
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 5000, 5000]);
  for (const failures of [1, 3, 9]) {
    for (const random of [0, 0.5, 0.999]) {
      const wait = backOff(failures, random);
      assert.ok(wait >= 500 && wait <= 5000, `${wait}`);
    }
  }
});

test('tells what passes by itself from what does not', () => {
  assert.ok(isPassing(new ConnectionError('')) && isLostWay(new ConnectionError('')));
  for (const code of ['host_offline', 'host_failed']) assert.ok(isLostWay(new HostError(code, '')) && isPassing(new HostError(code, '')));
  for (const code of ['busy', 'unavailable', 'storage_full', 'outcome_unknown']) {
    assert.ok(isPassing(new HostError(code, '')) && !isLostWay(new HostError(code, '')), code);
  }
  for (const code of ['gone', 'unplayable', 'not_found', 'signed_out', 'bad_request']) assert.ok(!isPassing(new HostError(code, '')), code);
  assert.ok(isTicketTrouble(new HostError('ticket_expired', '')) && !isTicketTrouble(new HostError('gone', '')));
});
