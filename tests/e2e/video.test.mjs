// A video over a way that narrows and widens: the picture steps down and up, and no frame is black, missing or out of place.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running, freePort, until } from './lib/processes.mjs';
import { launch, openPage } from './lib/browser.mjs';
import { COUNTED, makeCounted } from './lib/tones.mjs';
import { play, row, seek, sentText } from './lib/player.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-video-'));
let demo;
let browser;
let page;
let network;

before(async () => {
  const media = join(folder, 'media');
  makeCounted(media);
  demo = new Running(['demo', '--media', media, '--data', join(folder, 'data'), '--port', String(await freePort()), '--no-open']);
  browser = await launch();
  page = await openPage(browser);
  network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  await page.goto(await demo.line('ready'));
  await page.getByRole('tree', { name: 'Library' }).getByRole('treeitem', { name: /Videos/ }).click();
  await row(page, COUNTED.title).waitFor();
  await look();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** @param {number} kbps 0 for as much as there is */
async function widen(kbps) {
  const downloadThroughput = kbps === 0 ? -1 : (kbps * 1000) / 8;
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput, uploadThroughput: -1 });
}

/** Gives the page eyes: which number the picture shows, and whether its stripe has its colour. */
async function look() {
  await page.evaluate(({ bits, stripe }) => {
    const canvas = new OffscreenCanvas(bits * 4, 16);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    window.see = () => {
      const video = document.querySelector('video');
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const at = (x, y) => [...context.getImageData(x, y, 1, 1).data.slice(0, 3)];
      const number = Array.from({ length: bits }, (_, bit) => (at(bit * 4 + 2, 12)[1] > 128 ? 2 ** bit : 0)).reduce((sum, value) => sum + value, 0);
      return { number, coloured: at(canvas.width / 2, 3).every((level, channel) => Math.abs(level - stripe[channel]) < 50), width: video.videoWidth };
    };
    window.seen = [];
    const video = document.querySelector('video');
    const note = () => {
      window.seen.push(window.see());
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  }, { bits: COUNTED.bits, stripe: COUNTED.stripe });
}

const now = () => page.evaluate(() => window.see());
const sent = () => sentText(page);

test('every seek shows the very picture of its place', async () => {
  await play(page, COUNTED.title);
  await until('a picture', 20, async () => (await now()).coloured);
  assert.match(await sent(), /^H\.264 film, sent as it is/);
  await page.getByRole('button', { name: 'Pause' }).click();
  let state = 7;
  for (let turn = 0; turn < 12; turn += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const frame = Math.floor((state / 2 ** 32) * COUNTED.fps * (COUNTED.seconds - 1));
    await seek(page, (frame + 0.5) / COUNTED.fps);
    let seen;
    await until(`picture ${frame}`, 10, async () => (seen = await now()).number === frame && seen.coloured).catch((error) => assert.fail(`${error.message}; last seen ${JSON.stringify(seen)}`));
  }
});

test('a way that narrows while it plays brings smaller pictures, and back, with no frame black or out of order', async () => {
  await page.reload();
  await page.getByRole('tree', { name: 'Library' }).getByRole('treeitem', { name: /Videos/ }).click();
  await look();
  await widen(3500);
  await play(page, COUNTED.title);
  await until('a picture', 30, async () => (await now()).width === 640);
  await widen(800);
  await until('smaller pictures', 60, async () => { const { width } = await now(); return width > 0 && width < 640; });
  assert.match(await sent(), /converted to H\.264 (360|240)p: the connection carries [\d.]+ [kM]bit\/s/);
  await widen(0);
  const seen = await page.evaluate(() => window.seen);
  const shown = seen.slice(seen.findIndex(({ coloured }) => coloured));
  assert.ok(shown.length > 30, `${shown.length} pictures were seen`);
  assert.deepEqual(shown.filter(({ coloured }) => !coloured), [], 'no picture without its colour');
  const backwards = shown.filter(({ number }, index) => index > 0 && number < shown[index - 1].number);
  assert.deepEqual(backwards, [], 'no picture out of order');
});

test('around the step no picture is missing or doubled', async () => {
  await page.getByRole('button', { name: 'Pause' }).click();
  const step = await page.evaluate(() => window.seen.find(({ width }, index) => index > 0 && width > 0 && width < 640)?.number);
  const numbers = [];
  for (let frame = step - 12; frame < step + 12; frame += 1) {
    await seek(page, (frame + 0.5) / COUNTED.fps);
    await until(`picture ${frame}`, 10, async () => (await now()).number === frame).catch(() => {});
    numbers.push((await now()).number);
  }
  assert.deepEqual(numbers, Array.from({ length: 24 }, (_, index) => step - 12 + index));
});

test('the page broke none of its own rules', () => {
  assert.deepEqual(page.problems, []);
});
