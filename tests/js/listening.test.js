// What is heard becomes a report, and a report that is not taken is kept until it is.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { hasEnded, keepsPlace, Meter, parseUnsent, startOf, UNSENT_MAX } from '../../assets/player/lib/listening.js';

const song = { id: 't1', kind: 'audio', duration_ms: 200_000, genre: 'Pop' };
const film = { id: 't2', kind: 'video', duration_ms: 3_600_000 };

/** Plays from `from` to `to`, told every 200 ms. */
function plays(meter, from, to, at = 0) {
  for (let position = from; position <= to; position += 0.2) meter.tick({ position, paused: false }, (at += 200));
  return at;
}

test('only what is played counts as heard, not pauses and what is jumped over', () => {
  const meter = new Meter();
  let at = plays(meter, 0, 10);
  meter.tick({ position: 10, paused: true }, (at += 60_000));
  at = plays(meter, 120, 125, at);
  at = plays(meter, 3, 5, at);
  assert.ok(Math.abs(meter.heardMs - 17_000) < 500, String(meter.heardMs));
});

test('a page that is told rarely hears the same', () => {
  const meter = new Meter();
  for (let second = 0; second <= 60; second += 10) meter.tick({ position: second, paused: false }, second * 1000);
  assert.equal(meter.heardMs, 60_000);
});

test('the end is the end, whoever goes on a moment before it', () => {
  assert.deepEqual([hasEnded(199.5, 200), hasEnded(150, 200), hasEnded(0, 0)], [true, false, false]);
});

test('long tracks, films and what is spoken go on where they were left, but not near their ends', () => {
  assert.deepEqual([song, film, { ...song, genre: 'Hörbuch' }, { ...song, genre: 'Podcast' }, { ...song, duration_ms: 1_200_000 }].map(keepsPlace), [false, true, true, true, true]);
  const at = (resume_ms) => startOf({ ...film, listened: { plays: 0, skips: 0, loved: false, resume_ms } });
  assert.deepEqual([at(754_000), at(9_999), at(3_540_000), at(undefined)], [754, 0, 0, 0]);
  assert.equal(startOf({ ...film, listened: { resume_ms: 754_000 } }, 800_000), 800, 'what this page knows is newer');
  assert.equal(startOf({ ...song, listened: { resume_ms: 100_000 } }), 0);
});

test('what is kept is read with care', () => {
  const report = { track: 't', event: 'e', at_ms: 1, heard_ms: 2, of_ms: 3, ended: true };
  const one = { hostId: 'h', userId: 'u', report };
  for (const text of [null, '', '{', '7', '[null]', '[{"hostId":"h"}]', JSON.stringify([{ ...one, report: { ...report, heard_ms: -1 } }])]) {
    assert.deepEqual(parseUnsent(text), [], String(text));
  }
  assert.deepEqual(parseUnsent(JSON.stringify([one])), [one]);
  assert.equal(parseUnsent(JSON.stringify(Array(UNSENT_MAX + 50).fill(one))).length, UNSENT_MAX);
});

// The page around the controller.
const events = new Map();
const kept = new Map();
globalThis.addEventListener = (name, act) => events.set(name, act);
globalThis.localStorage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text) };
globalThis.setInterval = () => 0;
const { Reports } = await import('../../assets/player/controllers/reports.js');
const { unsent } = await import('../../assets/player/controllers/unsent.js');
const { createStore } = await import('../../assets/player/store/store.js');
const { initialState } = await import('../../assets/player/store/initial.js');
const { reduce } = await import('../../assets/player/store/reducer.js');

const settled = () => new Promise((resolve) => setImmediate(resolve));
const query = initialState().query;

/** A player with a host that takes reports, or does not. */
function page(userId = 'ada') {
  const store = createStore(initialState(), reduce);
  const taken = [];
  const host = { trouble: null };
  const request = async (one) => {
    if (host.trouble) throw Object.assign(new Error('no'), { code: host.trouble });
    taken.push(...one.reports);
  };
  new Reports(store, { client: () => ({ request }) });
  store.dispatch({ type: 'me', user: { id: userId, name: userId }, hosts: [] });
  const start = async (track, index = 0) => {
    store.dispatch({ type: 'playback/track', item: track && { hostId: 'h', track, query, index }, sent: null });
    await settled();
  };
  const hear = async (position, duration) => {
    store.dispatch({ type: 'playback/progress', progress: { position, duration, paused: false, buffering: false, ahead: 9, origin: 0 } });
    await settled();
  };
  return { taken, host, start, hear };
}

beforeEach(() => kept.clear());

test('a track that ends is reported once, with its name and its end', async () => {
  const { taken, start, hear } = page();
  await start(song);
  await hear(0.1, 200);
  await hear(0.9, 200);
  await hear(199.5, 200);
  await start(film, 1);
  await settled();
  assert.equal(taken.length, 1);
  assert.deepEqual([taken[0].track, taken[0].ended, taken[0].of_ms], ['t1', true, 200_000]);
  assert.match(taken[0].event, /^[0-9a-f-]{36}$/);
  assert.deepEqual(unsent(), []);
});

test('what a host does not take is kept for the next time, and only for the same person', async () => {
  const first = page();
  first.host.trouble = 'host_offline';
  await first.start(song);
  await first.hear(0.1, 200);
  await first.hear(0.9, 200);
  await first.start(null);
  await settled();
  assert.equal(unsent().length, 1);
  const other = page('bob');
  await settled();
  assert.deepEqual(other.taken, []);
  const again = page();
  await settled();
  assert.deepEqual(again.taken.map(({ track }) => track), ['t1']);
  assert.deepEqual(unsent(), []);
});

test('a page that is closed leaves its report, and one that comes back goes on with it', async () => {
  const { taken, start, hear } = page();
  await start(song);
  await hear(0.1, 200);
  await hear(0.9, 200);
  events.get('pagehide')();
  assert.equal(unsent().length, 1);
  const [{ report }] = unsent();
  events.get('pageshow')({ persisted: true });
  assert.deepEqual(unsent(), []);
  await start(null);
  await settled();
  assert.deepEqual(taken.map(({ event }) => event), [report.event]);
});

test('a report that no host will ever take is not sent for ever, one that was cut on its way is sent again', async () => {
  const { host, start, hear } = page();
  host.trouble = 'bad_request';
  await start(song);
  await hear(0.1, 200);
  await hear(0.9, 200);
  await start(null);
  await settled();
  assert.equal(unsent().length, 1);
  for (let times = 0; times < 2; times += 1) {
    await start(song);
    await start(null);
    await settled();
  }
  assert.deepEqual(unsent(), []);
});
