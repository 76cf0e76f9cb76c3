import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Adapter } from '../../assets/player/audio/adapt.js';
import { Throughput } from '../../assets/player/audio/throughput.js';
import { concat, encodeFrame } from '../../assets/pcd/frame.js';
import { readReply } from '../../assets/pcd/reply.js';
import { openReply } from '../../assets/pcd/seal.js';
import { sealing } from './sealing.js';

const RUNGS = [400, 800, 1400, 3000, 5500];
const SEGMENT_S = 4;
const AHEAD_S = 30;
const PIECE_BYTES = 16 * 1024;

/** Numbers that look random and are the same in every run. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * A player that fetches segments over a way whose width changes, tick by tick.
 * @param {(t: number) => number} widthAt kbit/s
 */
function play(widthAt, { seconds = 300, start = 2 } = {}) {
  let now = 0;
  const throughput = new Throughput(() => now * 1000);
  const adapter = new Adapter();
  let [ahead, current, stalled, playing] = [0, start, 0, false];
  const fetched = [];
  const travel = (bytes) => {
    const took = (bytes * 8) / 1000 / widthAt(now);
    now += took;
    if (!playing) return;
    stalled += Math.max(0, took - ahead);
    ahead = Math.max(0, ahead - took);
  };
  while (now < seconds) {
    const watch = throughput.watch();
    const size = (RUNGS[current] * 1000 * SEGMENT_S) / 8;
    let received = 0;
    let given = false;
    while (received < size && !given) {
      const bytes = Math.min(PIECE_BYTES, size - received);
      travel(bytes);
      received += bytes;
      watch.got(bytes);
      given = adapter.abandons({ rungs: RUNGS, current, kbps: throughput.kbps, ahead, bytesLeft: size - received, seconds: SEGMENT_S, now });
    }
    watch.end();
    if (!given) {
      fetched.push({ at: now, rung: current });
      ahead += SEGMENT_S;
      playing = true;
    }
    if (ahead > AHEAD_S) {
      now += ahead - AHEAD_S;
      ahead = AHEAD_S;
    }
    current = adapter.next({ rungs: RUNGS, current, kbps: throughput.kbps, ahead: given ? 0 : ahead, now });
  }
  const switches = fetched.filter(({ rung }, index) => index > 0 && rung !== fetched[index - 1].rung).length;
  return { fetched, stalled, switches, last: fetched.at(-1).rung };
}

test('a wide way is used, and a steady one is not fidgeted with', () => {
  for (const [width, rung] of [[20_000, 4], [6000, 3], [2500, 2], [1400, 1], [500, 0]]) {
    const { last, switches, stalled } = play(() => width);
    assert.equal(last, rung, `${width} kbit/s`);
    assert.ok(switches <= 3, `${switches} switches at ${width} kbit/s`);
    if (width > 1000) assert.equal(stalled, 0, `${width} kbit/s`);
  }
});

test('a way that narrows is followed down within one segment, without a stall', () => {
  for (const [before, after] of [[20_000, 1500], [20_000, 700], [8000, 600], [5000, 600]]) {
    const { fetched, stalled } = play((t) => (t < 60 ? before : after));
    // What was on its way came in the width before, at least in part.
    const [onItsWay, then, ...next] = fetched.filter(({ at }) => at > 60);
    assert.ok(then.rung < onItsWay.rung || RUNGS[onItsWay.rung] <= after, `${before} to ${after}: from ${onItsWay.rung} to ${then.rung}`);
    assert.ok(next.slice(0, 3).every(({ rung }) => RUNGS[rung] <= after), `${before} to ${after}: then ${next.slice(0, 3).map(({ rung }) => rung)}`);
    assert.equal(stalled, 0, `${before} to ${after}`);
  }
});

test('a way that widens again is followed up', () => {
  const { fetched, last } = play((t) => (t > 60 && t < 120 ? 600 : 20_000));
  assert.equal(last, 4);
  assert.ok(fetched.some(({ rung }) => rung === 0));
});

test('over ways that waver, there is no stall while the smallest fits, and no flapping', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = seeded(seed);
    const middle = 900 + random() * 8000;
    // A new width each two seconds, between half and one and a half of the middle.
    const widths = Array.from({ length: 400 }, () => middle * (0.5 + random()));
    const { stalled, switches } = play((t) => widths[Math.floor(t / 2) % widths.length], { start: 1 });
    assert.ok(stalled < 1, `seed ${seed}: ${stalled.toFixed(1)} s of silence around ${middle.toFixed(0)} kbit/s`);
    assert.ok(switches <= 20, `seed ${seed}: ${switches} switches in 5 minutes around ${middle.toFixed(0)} kbit/s`);
  }
});

test('steps up only with something ahead, and not soon after a step down', () => {
  const adapter = new Adapter();
  const sight = { rungs: RUNGS, current: 1, kbps: 20_000, ahead: 3, now: 0 };
  assert.equal(adapter.next(sight), 1);
  assert.equal(adapter.next({ ...sight, ahead: 12 }), 4);
  assert.equal(adapter.next({ ...sight, current: 4, kbps: 1500, ahead: 12, now: 5 }), 1);
  assert.equal(adapter.next({ ...sight, ahead: 12, now: 10 }), 1, 'it was too early before, so it waits longer');
  assert.equal(adapter.next({ ...sight, ahead: 12, now: 20 }), 4);
  assert.equal(adapter.next({ ...sight, kbps: null, ahead: 12, now: 90 }), 1, 'what was not measured changes nothing');
});

test('what small and sudden replies carry does not count, a quick way is known all the same', () => {
  let now = 0;
  const throughput = new Throughput(() => now);
  const reply = (...pieces) => {
    const watch = throughput.watch();
    for (const [ms, bytes] of pieces) {
      now += ms;
      watch.got(bytes);
    }
    watch.end();
  };
  reply([200, 4000]);
  assert.equal(throughput.kbps, null);
  reply([100, 100_000]);
  assert.equal(throughput.kbps, 8000, 'all at once: no more than what came since it was asked for');
  reply([900, 200_000]);
  assert.equal(throughput.kbps, 8000, 'a host that takes its time is no narrow way');
  for (let n = 0; n < 20; n += 1) reply([50, 10_000], [1000, 125_000], [1000, 125_000]);
  assert.ok(Math.abs(throughput.kbps - 1000) < 60, `${throughput.kbps}`);
});

test('what travels side by side is measured together', () => {
  let now = 0;
  const throughput = new Throughput(() => now);
  const [one, two] = [throughput.watch(), throughput.watch()];
  one.got(1000);
  two.got(1000);
  for (let n = 0; n < 9; n += 1) {
    now += 100;
    one.got(12_500);
    two.got(12_500);
  }
  one.end();
  two.end();
  assert.ok(Math.abs(throughput.kbps - 2000) < 50, `${throughput.kbps}`);
});

/** A chunk of a segment: a moof and an mdat, `length` bytes in all. */
function chunkOf(length) {
  const chunk = new Uint8Array(length);
  const view = new DataView(chunk.buffer);
  for (const [at, size, type] of [[0, 16, 'moof'], [16, length - 16, 'mdat']]) {
    view.setUint32(at, size);
    chunk.set(new TextEncoder().encode(type), at + 4);
  }
  return chunk;
}

/** What a driver does besides: it tells how much came, before anything is opened or joined. */
async function* heard(wire, transfer) {
  for await (const piece of wire) {
    transfer.got(piece.length);
    yield piece;
  }
}

/** Segments in chunks, read as the player reads them, over a way of `width` kbit/s that hands on `pieceBytes` at a time. */
async function listen(throughput, clock, { width, media, chunkS, pieceBytes, makingMs = 0, segments = 30 }) {
  const chunk = chunkOf(Math.round((media * 1000 * chunkS) / 8));
  const chunks = Math.round(2 / chunkS);
  const header = encodeFrame(new TextEncoder().encode(JSON.stringify({ status: 'ok', length: null, reply: { chunks } })), 1 << 18);
  async function* wire() {
    clock.ms += 40;
    yield header;
    for (let n = 0; n < chunks; n += 1) {
      clock.ms += makingMs;
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        const piece = chunk.slice(at, at + pieceBytes);
        clock.ms += (piece.length * 8) / width;
        yield piece;
      }
    }
  }
  for (let n = 0; n < segments; n += 1) {
    const transfer = throughput.watch();
    await readReply(heard(wire(), transfer), { onPiece: () => {}, transfer });
  }
}

test('a narrow way is measured by segments in chunks, however short each burst', async () => {
  for (const [width, media, chunkS] of [[150, 256, 0.5], [140, 160, 0.5], [90, 96, 0.5], [700, 800, 0.25], [300, 400, 0.25], [2000, 400, 0.25]]) {
    const clock = { ms: 0 };
    const throughput = new Throughput(() => clock.ms);
    await listen(throughput, clock, { width, media, chunkS, pieceBytes: 1400 });
    assert.ok(Math.abs(throughput.kbps - width) < width * 0.1, `a way of ${width} kbit/s is taken for ${throughput.kbps}`);
  }
});

test('a sealed reply says as much of the way, in whatever pieces it comes', async () => {
  const { context, seal } = await sealing();
  const header = encodeFrame(new TextEncoder().encode(JSON.stringify({ status: 'ok', length: 250_000, reply: {} })), 1 << 18);
  const sealed = await seal(concat([header, new Uint8Array(250_000)]), 16 * 1024);
  for (const pieceBytes of [1400, 16 * 1024, 64 * 1024, 128 * 1024]) {
    const clock = { ms: 0 };
    const throughput = new Throughput(() => clock.ms);
    async function* wire() {
      clock.ms += 40;
      for (let at = 0; at < sealed.length; at += pieceBytes) {
        const piece = sealed.slice(at, at + pieceBytes);
        clock.ms += (piece.length * 8) / 2000;
        yield piece;
      }
    }
    for (let n = 0; n < 10; n += 1) {
      const transfer = throughput.watch();
      await readReply(openReply(heard(wire(), transfer), context), { transfer });
    }
    assert.ok(Math.abs(throughput.kbps - 2000) < 200, `in pieces of ${pieceBytes}: ${throughput.kbps}`);
  }
});

test('after a drop, small chunks show that the way is wide again, also when each comes in one piece', async () => {
  for (const pieceBytes of [8000, 64_000]) {
    const clock = { ms: 0 };
    const throughput = new Throughput(() => clock.ms);
    await listen(throughput, clock, { width: 300, media: 400, chunkS: 0.25, pieceBytes: 1400 });
    assert.ok(throughput.kbps < 400, `${throughput.kbps}`);
    await listen(throughput, clock, { width: 20_000, media: 400, chunkS: 0.25, pieceBytes, makingMs: 60 });
    // The encoder makes 1600 kbit/s of it.
    assert.ok(throughput.kbps > 1200, `pieces of ${pieceBytes}: ${throughput.kbps}`);
  }
});
