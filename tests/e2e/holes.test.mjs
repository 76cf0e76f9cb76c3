// What the browser let go of, and what a file lacks: playing goes on, and what is there is heard in its place.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running, freePort, until } from './lib/processes.mjs';
import { colour, launch, openPage } from './lib/browser.mjs';
import { TONES, VIDEO, makeLibrary, toneAt } from './lib/tones.mjs';
import { hears, nowPlaying, play, positionSeconds, row, seek } from './lib/player.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-holes-'));
const [song] = TONES;
const long = TONES.find((tone) => tone.seconds >= 180);
const SILENT_END = { title: 'Iris', file: 'iris.mp4', seconds: 50, soundSeconds: 5 };
let demo;
let browser;
let page;

/** A film whose sound is over long before its pictures are: grey, and blue in its last seconds. */
function makeSilentEnd(path) {
  const { title, seconds, soundSeconds } = SILENT_END;
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', `color=c=gray:s=320x180:r=25:d=${seconds - 6}`, '-f', 'lavfi', '-i', 'color=c=blue:s=320x180:r=25:d=6',
    '-f', 'lavfi', '-i', `sine=frequency=700:sample_rate=48000:duration=${soundSeconds}`, '-filter_complex', '[0:v][1:v]concat=n=2:v=1:a=0,format=yuv420p[v]', '-map', '[v]', '-map', '2:a',
    '-c:v', 'libx264', '-g', '50', '-c:a', 'aac', '-metadata', `title=${title}`, path]);
}

before(async () => {
  const media = join(folder, 'media');
  makeLibrary(media);
  makeSilentEnd(join(media, SILENT_END.file));
  demo = new Running(['demo', '--media', media, '--data', join(folder, 'data'), '--port', String(await freePort()), '--no-open']);
  browser = await launch();
  page = await openPage(browser);
  await page.context().addInitScript(() => {
    const add = MediaSource.prototype.addSourceBuffer;
    window.buffers = [];
    window.medium = () => (window.last = [...window.heard].find((element) => !element.paused) ?? window.last);
    MediaSource.prototype.addSourceBuffer = function (...args) {
      const buffer = add.apply(this, args);
      window.buffers.push({ source: this, buffer });
      return buffer;
    };
  });
  await page.goto(await demo.line('ready'));
  await row(page, song.title).waitFor();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ahead = () => page.evaluate(() => {
  const media = window.medium();
  const at = media?.currentTime ?? 0;
  const here = media ? Array.from({ length: media.buffered.length }, (_, n) => [media.buffered.start(n), media.buffered.end(n)]).find(([from, to]) => from <= at && at < to) : null;
  return here ? here[1] - at : 0;
});

/** As a browser short of memory does: takes seconds of the track, of which so many are there, from all buffers. */
async function evict(from, to) {
  await page.evaluate(() => void window.medium());
  await page.getByRole('button', { name: 'Pause' }).click();
  await until('enough that is there', 30, async () => (await ahead()) + (await positionSeconds(page)) > to - 0.5);
  await remove(from, to);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
}

async function remove(from, to) {
  const place = await positionSeconds(page);
  await page.evaluate(async ({ before, after }) => {
    const at = window.medium().currentTime;
    for (const { source, buffer } of window.buffers) {
      if (!buffer.buffered?.length || ![...source.sourceBuffers].includes(buffer)) continue;
      while (buffer.updating) await new Promise((resolve) => setTimeout(resolve, 5));
      const done = new Promise((resolve) => buffer.addEventListener('updateend', resolve, { once: true }));
      buffer.remove(at + before, at + after);
      await done;
    }
  }, { before: from - place, after: to - place });
}

test('a song goes on with what the browser let go of in its midst', async () => {
  await play(page, long.title);
  await seek(page, 37);
  await hears(page, toneAt(long.baseHz, 37));
  await evict(39.5, 50.5);
  await hears(page, toneAt(long.baseHz, 45), 20);
  const seconds = await positionSeconds(page);
  assert.ok(seconds > 39 && seconds < 52, `it is at ${seconds} s`);
});

test('a song goes on to its end when the browser let go of it after all of it was fetched, and the next one follows', async () => {
  await play(page, song.title);
  await seek(page, 37);
  await hears(page, toneAt(song.baseHz, 37));
  await evict(39.5, song.seconds);
  await hears(page, toneAt(song.baseHz, 45), 20);
  await hears(page, toneAt(song.baseHz, 55), 20);
  await until('the next song', 20, async () => (await nowPlaying(page).textContent()).includes(TONES[1].title));
  await hears(page, toneAt(TONES[1].baseHz, 0), 10);
});

test('a film goes on with what the browser let go of', async () => {
  await page.getByRole('tree', { name: 'Library' }).getByRole('treeitem', { name: /Videos/ }).click();
  await play(page, VIDEO.title);
  await until('the first colour', 20, async () => (await colour(page))[0] > 200);
  await evict(3, VIDEO.secondsEach * 3);
  const seen = new Set();
  await until('both other colours', 30, async () => {
    const rgb = await colour(page);
    VIDEO.rgb.forEach((wanted, index) => rgb.every((level, channel) => Math.abs(level - wanted[channel]) < 60) && seen.add(index));
    return seen.has(1) && seen.has(2);
  });
});

test('a film whose sound is over long before its pictures plays to its end', async () => {
  await page.reload();
  await page.getByRole('tree', { name: 'Library' }).getByRole('treeitem', { name: /Videos/ }).click();
  await play(page, SILENT_END.title);
  await until('its pictures', 20, async () => (await ahead()) > 1);
  await until('a place beyond its sound', 30, async () => (await positionSeconds(page)) > SILENT_END.soundSeconds + 6);
  await seek(page, SILENT_END.seconds - 12);
  await until('its last pictures', 30, async () => (await colour(page))[2] > 200);
});

test('the page broke none of its own rules', () => {
  assert.deepEqual(page.problems, []);
});
