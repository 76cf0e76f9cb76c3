import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeFrame, FrameDecoder } from '../../assets/pcd/frame.js';
import { fromHex, toHex, vectors } from './vectors.js';

/** Decodes `bytes` arriving in pieces of `size`; gives the frames, or throws what the decoder throws. */
function decode(bytes, limit, size) {
  const decoder = new FrameDecoder();
  const frames = [];
  for (let at = 0; at < bytes.length; at += size) {
    decoder.push(bytes.subarray(at, at + size));
    for (let frame = decoder.nextFrame(limit); frame; frame = decoder.nextFrame(limit)) frames.push(frame);
  }
  decoder.finish();
  return frames;
}

for (const { name, limit, payload_hex: payload, wire_hex: wire, error } of vectors('frames')) {
  if (error) {
    test(`refuses ${name}`, () => {
      for (const size of [1, 3, 1000]) assert.throws(() => decode(fromHex(wire), limit, size), { name: 'FrameError', code: error });
    });
  } else {
    test(`writes and reads ${name}`, () => {
      assert.equal(toHex(encodeFrame(fromHex(payload), limit)), wire);
      for (const size of [1, 3, 1000]) assert.deepEqual(decode(fromHex(wire), limit, size).map(toHex), [payload]);
    });
  }
}

test('refuses to write what nobody may read', () => {
  assert.throws(() => encodeFrame(new Uint8Array(0), 10), { code: 'empty' });
  assert.throws(() => encodeFrame(new Uint8Array(11), 10), { code: 'too_long' });
});

test('gives the body that follows a frame', () => {
  const decoder = new FrameDecoder();
  decoder.push(encodeFrame(new Uint8Array([1]), 10));
  decoder.push(new Uint8Array([7, 8, 9]));
  assert.deepEqual([...decoder.nextFrame(10)], [1]);
  assert.deepEqual([...decoder.rest()], [7, 8, 9]);
});
