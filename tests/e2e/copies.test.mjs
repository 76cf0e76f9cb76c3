// Sound that is sent as it is: two files cut from one sound join in a real browser without a sample too many or too few.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, openPage } from './lib/browser.mjs';
import { until } from './lib/processes.mjs';
import { Worker } from './lib/worker.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-copies-'));
const SECONDS = 6;
/** No two places of it sound alike, so that no slip can hide in a period. */
const wave = (t) => 0.3 * Math.sin(2 * Math.PI * 997 * t) + 0.3 * Math.sin(2 * Math.PI * (300 * t + 150 * t * t));
const WAVE = '0.3*sin(2*PI*997*t)+0.3*sin(2*PI*(300*t+150*t*t))';

let browser;
let worker;
let server;
let page;
/** What the page plays, by path. */
const served = new Map();

before(async () => {
  browser = await launch();
  worker = new Worker(join(folder, 'registry.bin'));
  server = createServer((request, response) => {
    response.setHeader('Content-Type', request.url === '/' ? 'text/html' : 'application/octet-stream');
    response.end(served.get(request.url) ?? '<!doctype html><title>copies</title><button>play</button>');
  }).listen(0, '127.0.0.1');
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  await worker?.stop();
  server?.close();
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

/** Runs in the audio thread: what it hands over has no holes, however busy the page is. */
const RECORDER = `registerProcessor('recorder', class extends AudioWorkletProcessor {
  process([input]) { if (input[0]) this.port.postMessage(input[0].slice()); return true; }
});`;

/** Plays tracks one after another on one source buffer, and gives what is heard from the first sound on. */
async function record(tracks, rate, { from = 0 } = {}) {
  tracks.forEach((track, number) => [track.init, ...track.segments].forEach((bytes, index) => served.set(`/${number}/${index}`, bytes)));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.evaluate(async ({ timelines, rate: sampleRate, code, from: first }) => {
    const context = new AudioContext({ sampleRate });
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
    const recorder = new AudioWorkletNode(context, 'recorder');
    window.samples = [];
    recorder.port.onmessage = (event) => window.samples.push(event.data);
    const audio = new Audio();
    window.audio = audio;
    const source = new MediaSource();
    audio.src = URL.createObjectURL(source);
    await new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
    const buffer = source.addSourceBuffer(timelines[0].mime);
    const append = async (path) => {
      const bytes = await (await fetch(path)).arrayBuffer();
      if (bytes.byteLength === 0) return;
      buffer.appendBuffer(bytes);
      await new Promise((resolve) => buffer.addEventListener('updateend', resolve, { once: true }));
    };
    let at = 0;
    for (const [number, timeline] of timelines.entries()) {
      const { timescale, lead_in: leadIn, duration, runs } = timeline;
      if (number > 0) buffer.abort();
      buffer.appendWindowStart = 0;
      buffer.appendWindowEnd = at + duration / timescale;
      buffer.appendWindowStart = at;
      const bare = timeline.mime === 'audio/mpeg';
      const lengths = runs.flatMap(([length, times]) => Array(times).fill(length));
      const skipped = number === 0 ? first : 0;
      const start = lengths.slice(0, skipped).reduce((sum, length) => sum + length, 0);
      if (!bare) buffer.mode = 'segments';
      // Bare frames have no times of their own: the first that is appended lies where the offset says.
      const decodeTime = bare && skipped > 0 ? start + leadIn : 0;
      buffer.timestampOffset = at + (decodeTime - leadIn) / timescale;
      await append(`/${number}/0`);
      for (let index = skipped; index < lengths.length; index += 1) await append(`/${number}/${index + 1}`);
      at += duration / timescale;
    }
    source.endOfStream();
    context.createMediaElementSource(audio).connect(recorder).connect(context.destination);
    document.querySelector('button').onclick = () => { context.resume(); audio.play(); };
    if (audio.buffered.length > 0) audio.currentTime = audio.buffered.start(0);
    window.ranges = Array.from({ length: audio.buffered.length }, (_, index) => [audio.buffered.start(index), audio.buffered.end(index)]);
  }, { timelines: tracks.map((track) => track.timeline), rate, code: RECORDER, from });
  await page.getByRole('button').click();
  await until('the end of the sound', 30, () => page.evaluate(() => {
    if (window.audio.error) throw new Error(window.audio.error.message);
    return window.audio.ended;
  }));
  const samples = await page.evaluate(() => window.samples.flatMap((block) => [...block]));
  const start = samples.findIndex((sample) => Math.abs(sample) > 0.001);
  return { samples: samples.slice(start), ranges: await page.evaluate(() => window.ranges) };
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
  { name: 'FLAC', file: 'a.flac', rate: 44100, options: ['-c:a', 'flac'], mime: 'audio/mp4; codecs="flac"', likeness: 70, rendition: 'flac' },
];

for (const { name, file, rate, options, mime, likeness, rendition = 'audio_copy' } of CASES) {
  test(`two files of ${name} join without a slip`, async () => {
    const tracks = [];
    for (const path of halves(file, rate, options)) tracks.push(await worker.whole(path, rendition));
    assert.equal(tracks[0].timeline.mime, mime);
    assert.equal(tracks[0].timeline.duration + tracks[1].timeline.duration, rate * SECONDS);
    const { samples, ranges } = await record(tracks, rate);
    assert.equal(ranges.length, 1, `one range is buffered: ${JSON.stringify(ranges)}`);
    const step = Math.round(rate / 40);
    const windows = [];
    const origin = place(samples, step * 20, step * 20, rate, 2000).at - step * 20;
    for (let from = step * 2; from + 1500 < rate * SECONDS - origin - step * 2; from += step) {
      windows.push({ from, ...place(samples, from, from + origin, rate, 60) });
    }
    const report = windows.map(({ from, at, decibel }) => `${from}: ${at - from - origin} ${decibel.toFixed(0)}`).join(', ');
    if (process.env.SHOW) console.log(name, 'origin', origin, report);
    assert.ok(windows.every(({ from, at }) => at - from === origin), `slipped: ${report}`);
    assert.ok(windows.every(({ decibel }) => decibel > likeness), `rough: ${report}`);
  });
}
