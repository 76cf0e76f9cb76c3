import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isLost } from '../../assets/player/audio/ranges.js';
import { Stall } from '../../assets/player/audio/stall.js';

test('a hole with something behind it is lost, and so is one in a track that was fetched wholly; one at the end is being filled', () => {
  const sound = [[0, 60]];
  assert.equal(isLost([sound, [[0, 20], [22, 40]]], 20.5, false), true);
  assert.equal(isLost([sound, [[0, 20]]], 20.5, false), false);
  assert.equal(isLost([sound, [[0, 20]]], 20.5, true), true);
  assert.equal(isLost([sound, [[0, 20], [22, 40]]], 10, true), false);
});

test('what is missing for some seconds is fetched again, and stepped over when that did not help', () => {
  const stall = new Stall();
  assert.deepEqual([0, 2, 3.9].map((now) => stall.look(true, 30, now)), [null, null, null]);
  assert.equal(stall.look(false, 30, 4), null);
  assert.deepEqual([5, 8.9, 9.1].map((now) => stall.look(true, 30, now)), [null, null, 'again']);
  assert.deepEqual([9.3, 13.5].map((now) => stall.look(true, 30.2, now)), [null, 'over']);
  assert.deepEqual([20, 24.5].map((now) => stall.look(true, 90, now)), [null, 'again']);
});
