import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isLost, isPartOver, leadOf, stepOver } from '../../assets/player/audio/ranges.js';
import { Stall } from '../../assets/player/audio/stall.js';

test('a hole with something behind it is lost, and so is one in a track that was fetched wholly; one at the end is being filled', () => {
  const sound = [[0, 60]];
  assert.equal(isLost([sound, [[0, 20], [22, 40]]], 20.5, false), true);
  assert.equal(isLost([sound, [[0, 20]]], 20.5, false), false);
  assert.equal(isLost([sound, [[0, 20]]], 20.5, true), true);
  assert.equal(isLost([sound, [[0, 20], [22, 40]]], 10, true), false);
});

test('a browser that stops a little before a hole stands at it', () => {
  assert.equal(isLost([[[0, 20], [22, 40]]], 19.9, false), true);
  assert.equal(stepOver([[0, 20], [20.3, 40]], 19.9, 0.5), 20.3);
  assert.equal(leadOf([[0, 20], [22, 40]], 19.9).toFixed(1), '20.1');
});

test('sound that is over is not waited for while pictures go on, and those that are not there yet are', () => {
  const sound = [[0, 5]];
  assert.equal(isPartOver([[[0, 30]], sound], [50, 5], 4.9), true);
  assert.equal(isPartOver([[[0, 30]], sound], [50, 5], 3), false);
  assert.equal(isPartOver([[[0, 10]], sound], [50, 5], 10), false);
  assert.equal(isPartOver([[[0, 50]], [[0, 50]]], [50, 50.2], 49.9), false);
});

test('what is missing for some seconds is fetched again, and stepped over when that did not help', () => {
  const stall = new Stall();
  assert.deepEqual([0, 2, 3.9].map((now) => stall.look(true, 'a', 30, now)), [null, null, null]);
  assert.equal(stall.look(false, 'a', 30, 4), null);
  assert.deepEqual([5, 8.9, 9.1].map((now) => stall.look(true, 'a', 30, now)), [null, null, 'again']);
  assert.deepEqual([9.3, 13.5].map((now) => stall.look(true, 'a', 30.2, now)), [null, 'over']);
  assert.deepEqual([20, 24.5].map((now) => stall.look(true, 'a', 90, now)), [null, 'again']);
  assert.deepEqual([30, 34.5].map((now) => stall.look(true, 'b', 90, now)), [null, 'again']);
});
