// Pictures that are sent as they are: a real MediaSource takes them, in any order, and shows the right one at the right time.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, openPage } from './lib/browser.mjs';
import { Worker } from './lib/worker.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-pictures-'));
const SECONDS = 8;
const RATE = 25;
/** The red of picture `n`; no neighbours are alike, and compression leaves it within a few steps. */
const RED = `mod(N*37,200)+30`;
const red = (n) => ((n * 37) % 200) + 30;

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
    response.end(served.get(request.url) ?? '<!doctype html><title>pictures</title>');
  }).listen(0, '127.0.0.1');
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  await worker?.stop();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

function film(name, options) {
  const path = join(folder, name);
  const source = `color=black:s=64x64:r=${RATE}:d=${SECONDS},format=gbrp,geq=r='${RED}':g=60:b=60`;
  const stderr = execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-pix_fmt', 'yuv420p', ...options, path]);
  assert.equal(stderr.toString(), '');
  return path;
}

/** Appends the segments in an order, then goes to each of the places, waits a moment for the red that is wanted, and tells which one is shown. */
async function reds(track, order, places, wanted) {
  served.set('/init', track.init);
  track.segments.forEach((bytes, index) => served.set(`/${index}`, bytes));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  return page.evaluate(async ({ timeline, order: indices, places: times, wanted: expected }) => {
    if (!MediaSource.isTypeSupported(timeline.mime)) return { unsupported: timeline.mime };
    const video = document.createElement('video');
    video.muted = true;
    document.body.append(video);
    const source = new MediaSource();
    video.src = URL.createObjectURL(source);
    await new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
    const buffer = source.addSourceBuffer(timeline.mime);
    buffer.timestampOffset = -timeline.lead_in / timeline.timescale;
    for (const path of ['init', ...indices]) {
      buffer.appendBuffer(await (await fetch(`/${path}`)).arrayBuffer());
      await new Promise((resolve) => buffer.addEventListener('updateend', resolve, { once: true }));
      if (video.error) throw new Error(video.error.message);
    }
    source.endOfStream();
    const ranges = Array.from({ length: buffer.buffered.length }, (_, index) => [buffer.buffered.start(index), buffer.buffered.end(index)]);
    const canvas = new OffscreenCanvas(64, 64).getContext('2d', { willReadFrequently: true });
    const seen = [];
    for (const [index, time] of times.entries()) {
      video.currentTime = time;
      await new Promise((resolve, reject) => {
        video.addEventListener('seeked', resolve, { once: true });
        video.addEventListener('error', () => reject(new Error(video.error.message)), { once: true });
      });
      // The picture may come to the screen a moment after the seek is over.
      let value;
      for (let tries = 0; tries < 100; tries += 1) {
        canvas.drawImage(video, 0, 0);
        [value] = canvas.getImageData(32, 32, 1, 1).data;
        if (Math.abs(value - expected[index]) <= 14) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      seen.push(value);
    }
    return { seen, ranges };
  }, { timeline: track.timeline, order, places, wanted });
}

const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '25', '-bf', '3', '-qp', '12'];
const VP9 = ['-c:v', 'libvpx-vp9', '-deadline', 'good', '-cpu-used', '8', '-g', '30', '-crf', '12', '-b:v', '0'];
const AV1 = ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-g', '30', '-crf', '12', '-b:v', '0'];
const CASES = [
  ['a.mp4', 'H.264', H264], ['a.mkv', 'H.264', H264], ['b.mp4', 'VP9', VP9], ['b.webm', 'VP9', VP9], ['c.mp4', 'AV1', AV1], ['c.mkv', 'AV1', AV1],
];

for (const [name, codec, options] of CASES) {
  test(`${codec} of ${name} is shown frame by frame`, async () => {
    const track = await worker.whole(film(name, options), 'video_copy');
    const count = track.segments.length;
    assert.ok(count > 2, `${count} segments`);
    const order = Array.from({ length: count }, (_, index) => (index + 1) % count);
    const numbers = [0, 1, 24, 25, 61, 99, 100, 150, SECONDS * RATE - 1, 7];
    const { seen, ranges, unsupported } = await reds(track, order, numbers.map((n) => (n + 0.5) / RATE), numbers.map(red));
    assert.equal(unsupported, undefined);
    assert.equal(ranges.length, 1, `one range is buffered: ${JSON.stringify(ranges)}`);
    const wrong = numbers.filter((n, index) => Math.abs(red(n) - seen[index]) > 14);
    assert.deepEqual(wrong, [], `wanted ${numbers.map(red)}, saw ${seen}`);
  });
}
