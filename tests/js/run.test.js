import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Bans, culprit } from '../../assets/player/audio/bans.js';
import { MediaCache } from '../../assets/player/audio/cache.js';
import { choose } from '../../assets/player/audio/choice.js';
import { Run } from '../../assets/player/audio/run.js';

globalThis.MediaSource = { isTypeSupported: () => true };

const TIMELINE = { mime: 'audio/mp4; codecs="flac"', timescale: 44100, lead_in: 0, duration: 88200, runs: [[44100, 2]] };

const itemOf = (id, renditions = ['flac']) => ({ hostId: 'h', query: {}, index: 0, track: { id, kind: 'audio', title: id, renditions } });

/** A deck that plays nothing and notes what it is given. */
function deckOf() {
  const events = [];
  const sink = {
    ranges: [],
    place: async ({ start }) => void events.push(`place ${start}`),
    append: async (bytes) => void events.push(`append ${bytes.length}`),
    remove: async () => {},
  };
  return { events, sinks: [sink], time: 0, ahead: 0, use() {}, end: async () => void events.push('end') };
}

function runOf({ deck, source, next, onFailed }) {
  const facts = { plays: () => 'smooth', kbps: null, music: 'auto', video: 'auto' };
  const ways = { choose: ({ track }) => choose(track, facts), learn: async () => {}, streamOf: () => 0, kbps: () => null };
  return new Run({ deck, media: new MediaCache(source), ways, next, onFailed, banned: new Bans() });
}

/** Plays `items` one after another from a source that fails as `fails(id, rendition, index)` says. */
async function play(items, fails = () => null, goOn = () => true) {
  const deck = deckOf();
  const failed = [];
  const answer = async (item, rendition, index, value) => {
    const code = fails(item.track.id, rendition, index);
    if (code) throw Object.assign(new Error(code), { code });
    return value;
  };
  const source = {
    init: ({ item, rendition }) => answer(item, rendition, 'init', { timeline: TIMELINE, bytes: new Uint8Array(1) }),
    segment: async ({ item, rendition }, index, { to }) => to.add(await answer(item, rendition, index, new Uint8Array(10 + index))),
  };
  const next = async (item) => items[items.indexOf(item) + 1] ?? null;
  const onFailed = (item, error) => {
    failed.push([item.track.id, error.code ?? error.message]);
    return goOn(error);
  };
  const run = runOf({ deck, source, next, onFailed });
  run.origin = 100;
  await run.drive(items[0], 0);
  return { run, failed, events: deck.events };
}

test('tracks lie one after another without a gap, to the end of the queue', async () => {
  const { run, events, failed } = await play([itemOf('a'), itemOf('b')]);
  assert.deepEqual(events, ['place 100', 'append 10', 'append 11', 'place 102', 'append 10', 'append 11', 'end']);
  assert.deepEqual(run.placed.map(({ start, duration }) => [start, duration]), [[100, 2], [102, 2]]);
  assert.deepEqual([run.at(101.5).item.track.id, run.at(102).item.track.id, failed], ['a', 'b', []]);
});

test('a track that cannot be had is told of, and the next takes its place', async () => {
  const { run, failed } = await play([itemOf('a'), itemOf('b'), itemOf('c')], (id) => (id === 'b' ? 'gone' : null));
  assert.deepEqual(failed, [['b', 'gone']]);
  assert.deepEqual(run.placed.map(({ item, start }) => [item.track.id, start]), [['a', 100], ['c', 102]]);
});

test('a track that breaks off is as long as what was had of it', async () => {
  const { run, failed } = await play([itemOf('a'), itemOf('b')], (id, _, index) => (id === 'a' && index === 1 ? 'unplayable' : null));
  assert.deepEqual(failed, [['a', 'unplayable']]);
  assert.deepEqual(run.placed.map(({ item, start, duration }) => [item.track.id, start, duration]), [['a', 100, 1], ['b', 101, 2]]);
});

test('an encoding that the host cannot make gives way to the next', async () => {
  const broken = (id, rendition, index) => (rendition === 'flac' && index === 'init' ? 'missing_plugin' : null);
  const { run, failed } = await play([itemOf('a', ['flac', 'aac_256'])], broken);
  assert.deepEqual([run.placed.map(({ lanes }) => lanes[0].sent.rendition), failed], [['aac_256'], []]);
});

test('a host that fails at everything is not asked for ever', async () => {
  const items = Array.from({ length: 1000 }, (_, index) => itemOf(`${index}`));
  const { run, failed } = await play(items, () => 'gone');
  assert.ok(failed.length < 20, `${failed.length}`);
  assert.deepEqual(run.placed, []);
});

test('what is refused as a whole ends the run after what was had, without trying every track', async () => {
  const items = ['a', 'b', 'c'].map((id) => itemOf(id));
  const gone = (id, _, index) => (id === 'a' && index !== 1 ? null : 'host_gone');
  const { run, failed, events } = await play(items, gone, ({ code }) => code !== 'host_gone');
  assert.deepEqual([failed, run.over], [[['a', 'host_gone']], true]);
  assert.deepEqual([run.placed.map(({ duration }) => duration), events.at(-1)], [[1], 'end']);
});

test('a stopped run appends nothing more', async () => {
  const deck = deckOf();
  const source = { init: async () => (run.stop(), { timeline: TIMELINE, bytes: new Uint8Array(1) }), segment: async (wanted, index, { to }) => to.add(new Uint8Array(10)) };
  deck.sinks[0].append = async (_, signal) => signal.throwIfAborted() ?? deck.events.push('append');
  const run = runOf({ deck, source, next: async () => null, onFailed: () => assert.fail('a jump is no failure') });
  await assert.rejects(run.drive(itemOf('a'), 0), { name: 'AbortError' });
  assert.ok(!deck.events.includes('append') && !deck.events.includes('end'), `${deck.events}`);
});

test('what the browser failed at is left out: that encoding of that part of that track of that host, for a while', () => {
  let now = 0;
  const bans = new Bans(() => now);
  const film = itemOf('a');
  bans.add(film, 1, 'audio_copy');
  assert.deepEqual([bans.has(film, 1, 'audio_copy'), bans.has(film, 0, 'audio_copy'), bans.has(film, 1, 'aac_256')], [true, false, false]);
  assert.equal(bans.has({ ...film, hostId: 'other' }, 1, 'audio_copy'), false);
  now = 3_600_000;
  assert.equal(bans.has(film, 1, 'audio_copy'), false);
});

test('an error is blamed on the buffer that refused, else on what was not made for browsers', () => {
  const [copied, encoded] = [{ rendition: 'video_copy', asIs: true }, { rendition: 'opus_160', asIs: false }];
  assert.deepEqual([culprit([copied, encoded], 1), culprit([copied, encoded], -1), culprit([encoded, copied], -1), culprit([encoded, encoded], -1)], [1, 0, 1, 0]);
});

/** Plays one song of `renditions` from a source that is busy where `isBusy` says so; gives what was had. */
async function playBusy(renditions, isBusy) {
  const had = [];
  const ask = (rendition, index, patient) => {
    if (isBusy(rendition, index, patient)) throw Object.assign(new Error('busy'), { code: 'busy' });
    had.push(`${rendition}/${index}`);
  };
  const source = {
    init: async ({ rendition }, { patient }) => (ask(rendition, 'init', patient), { timeline: TIMELINE, bytes: new Uint8Array(1) }),
    segment: async ({ rendition }, index, { patient, to }) => (ask(rendition, index, patient), to.add(new Uint8Array(10))),
  };
  const failed = [];
  const run = runOf({ deck: deckOf(), source, next: async () => null, onFailed: (_, error) => failed.push(error.message) });
  await run.drive(itemOf('a', renditions), 0);
  return { had, failed };
}

test('a rung that the host is too busy for gives way to the one below it', async () => {
  const { had, failed } = await playBusy(['opus_160', 'aac_256', 'opus_96'], (rendition, index) => rendition === 'opus_160' && index === 1);
  assert.deepEqual([had.includes('opus_96/1'), had.some((name) => name.startsWith('aac')), failed], [true, false, []]);
});

test('a host that is too busy for all is waited for with the lightest', async () => {
  const { had, failed } = await playBusy(['opus_96', 'opus_160'], (rendition, index, patient) => index === 1 && !(rendition === 'opus_96' && patient));
  assert.deepEqual([had.at(-1), failed], ['opus_96/1', []]);
});

test('a full buffer at a track’s beginning is made room in, and fails nothing', async () => {
  const deck = deckOf();
  let isFull = true;
  deck.sinks[0].place = async () => {
    if (!isFull) return;
    isFull = false;
    throw new DOMException('full', 'QuotaExceededError');
  };
  const source = { init: async () => ({ timeline: TIMELINE, bytes: new Uint8Array(1) }), segment: async (wanted, index, { to }) => to.add(new Uint8Array(10)) };
  await runOf({ deck, source, next: async () => null, onFailed: (_, error) => assert.fail(error) }).drive(itemOf('a'), 0);
  assert.deepEqual(deck.events, ['append 10', 'append 10', 'end']);
});
