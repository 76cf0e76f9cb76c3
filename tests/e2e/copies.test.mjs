// Sound that is sent as it is: two files cut from one sound join in a real browser without a sample too many or too few.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, openPage } from './lib/browser.mjs';
import { Tape } from './lib/tape.mjs';
import { Worker } from './lib/worker.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-copies-'));
const SECONDS = 6;
/** No two places of it sound alike, so that no slip can hide in a period. */
const wave = (t) => 0.3 * Math.sin(2 * Math.PI * 997 * t) + 0.3 * Math.sin(2 * Math.PI * (300 * t + 150 * t * t));
const WAVE = '0.3*sin(2*PI*997*t)+0.3*sin(2*PI*(300*t+150*t*t))';

let browser;
let worker;
let tape;

before(async () => {
  browser = await launch();
  worker = new Worker(join(folder, 'registry.bin'));
  tape = new Tape(await openPage(browser));
});

after(async () => {
  await browser?.close();
  await worker?.stop();
  tape?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The two halves of the sound as files; cut at a place that is no multiple of any codec's frame. */
function halves(name, rate, options) {
  const cut = rate * 3 + 123;
  return [`atrim=end_sample=${cut}`, `atrim=start_sample=${cut}`].map((trim, index) => {
    const path = join(folder, `${index}-${name}`);
    const source = `aevalsrc='${WAVE}|${WAVE}':s=${rate}:d=${SECONDS}`;
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-af', `${trim},asetpts=N/SR/TB`, ...options, path]);
    return path;
  });
}

/** Which place of the wave a window of the sound is, in samples, looked for around a guess; and how alike they are, in dB. */
function place(samples, from, guess, rate, reach) {
  const length = 1500;
  let best = { at: 0, noise: Infinity };
  for (let at = guess - reach; at <= guess + reach; at += 1) {
    let noise = 0;
    for (let n = 0; n < length; n += 3) noise += (samples[from + n] - wave((at + n) / rate)) ** 2;
    if (noise < best.noise) best = { at, noise };
  }
  return { at: best.at, decibel: 10 * Math.log10((0.09 * length) / 3 / best.noise) };
}

const CASES = [
  { name: 'MP3', file: 'a.mp3', rate: 44100, options: ['-c:a', 'libmp3lame', '-b:a', '192k'], mime: 'audio/mpeg', likeness: 25 },
  { name: 'MP3 of variable bit rate', file: 'b.mp3', rate: 48000, options: ['-c:a', 'libmp3lame', '-q:a', '2'], mime: 'audio/mpeg', likeness: 25 },
  { name: 'Opus', file: 'a.opus', rate: 48000, options: ['-c:a', 'libopus', '-b:a', '160k'], mime: 'audio/mp4; codecs="opus"', likeness: 15 },
  { name: 'AAC', file: 'a.m4a', rate: 44100, options: ['-c:a', 'aac', '-b:a', '192k'], mime: 'audio/mp4; codecs="mp4a.40.2"', likeness: 15 },
  { name: 'FLAC', file: 'a.flac', rate: 44100, options: ['-c:a', 'flac'], mime: 'audio/mp4; codecs="flac"', likeness: 70, rendition: 'flac' },
];

const tracksOf = (paths, rendition) => paths.reduce(async (done, path) => [...(await done), await worker.whole(path, rendition)], Promise.resolve([]));

/** Holds what is heard against the wave: every window at the same distance from its place, and like it. */
function checkPlaces(samples, seconds, rate, likeness) {
  const step = Math.round(rate / 40);
  const guess = step * 20;
  const start = Math.round(rate * (SECONDS - seconds));
  const origin = place(samples, guess, start + guess, rate, 3000).at - guess;
  const windows = [];
  for (let from = step * 4; from + 1500 < rate * SECONDS - origin - step * 2; from += step) {
    windows.push({ from, ...place(samples, from, from + origin, rate, 60) });
  }
  const report = windows.map(({ from, at, decibel }) => `${from}: ${at - from - origin} (${decibel.toFixed(0)} dB)`).join(', ');
  assert.ok(windows.length > (seconds - 1) * 40, 'all of it was heard');
  assert.ok(windows.every(({ from, at }) => at - from === origin), `slipped: ${report}`);
  assert.ok(windows.every(({ decibel }) => decibel > likeness), `rough: ${report}`);
}

for (const { name, file, rate, options, mime, likeness, rendition = 'audio_copy' } of CASES) {
  test(`two files of ${name} join without a slip`, async () => {
    const tracks = await tracksOf(halves(file, rate, options), rendition);
    assert.equal(tracks[0].timeline.mime, mime);
    assert.equal(tracks[0].timeline.duration + tracks[1].timeline.duration, rate * SECONDS);
    const { samples, ranges } = await tape.record(tracks, rate);
    assert.equal(ranges.length, 1, `one range is buffered: ${JSON.stringify(ranges)}`);
    checkPlaces(samples, SECONDS, rate, likeness);
  });
}
test('an MP3 that is begun in its midst lies where it should', async () => {
  const rate = 44100;
  const tracks = await tracksOf(halves('d.mp3', rate, ['-c:a', 'libmp3lame', '-b:a', '192k']), 'audio_copy');
  const [[first]] = tracks[0].timeline.runs;
  const { samples } = await tape.record(tracks, rate, 1);
  checkPlaces(samples, SECONDS - first / rate, rate, 25);
});
