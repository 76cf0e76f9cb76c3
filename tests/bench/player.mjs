// What a listener feels: click to sound, seek, next; beside a plain <audio> element on a plain file server.
import { createReadStream, existsSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { launch, openPage } from '../e2e/lib/browser.mjs';
import { Running, freePort } from '../e2e/lib/processes.mjs';
import { row } from '../e2e/lib/player.mjs';
import { install } from './ear.mjs';
import { HALF_SECONDS, SONGS, firstSide, makeSongs, title } from './sounds.mjs';
import { median, quantile } from './stats.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const clickRow = (page, name, side) => page.evaluate(({ name: wanted, side: ear }) => {
  const found = [...document.querySelectorAll('[role=row]')].find((element) => element.textContent.includes(wanted));
  return window.untilHeard(ear, () => found.dispatchEvent(new MouseEvent('dblclick', { bubbles: true })));
}, { name, side });

const seekTo = (page, seconds, side) => page.evaluate(({ seconds: to, side: ear }) => {
  const slider = document.querySelector('input[type=range][aria-label=Position]');
  return window.untilHeard(ear, () => {
    slider.value = String(to);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    slider.dispatchEvent(new Event('change', { bubbles: true }));
  });
}, { seconds, side });

async function songs(page, format) {
  const clicks = [];
  for (let index = 0; index < SONGS; index += 1) {
    clicks.push(await clickRow(page, title(format, index), firstSide(index)));
    await pause(400);
  }
  return clicks;
}

async function seeks(page, format) {
  const times = [];
  for (let index = 0; index < SONGS; index += 1) {
    await clickRow(page, title(format, index), firstSide(index));
    await pause(300);
    times.push(await seekTo(page, HALF_SECONDS + 20 + index, 1 - firstSide(index)));
    await pause(200);
  }
  return times;
}

function fileServer(folder) {
  const server = createServer((request, response) => {
    const path = join(folder, decodeURIComponent(request.url).replaceAll('/', ''));
    if (request.url === '/') return response.setHeader('content-type', 'text/html').end('<!doctype html><title>peer</title>');
    if (!existsSync(path)) return response.writeHead(404).end();
    const { size } = statSync(path);
    const [from = 0] = /bytes=(\d+)-/.exec(request.headers.range ?? '')?.slice(1).map(Number) ?? [];
    response.writeHead(206, { 'content-type': 'audio/flac', 'accept-ranges': 'bytes', 'content-length': size - from, 'content-range': `bytes ${from}-${size - 1}/${size}` });
    return createReadStream(path, { start: from }).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** A plain element changing its source: the least that any web player does. */
async function plainClicks(browser, folder) {
  const server = await fileServer(folder);
  const page = await openPage(browser, { bypassCSP: true });
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.evaluate(() => { window.audio = new Audio(); window.heard.add(window.audio); });
  await install(page);
  const clicks = [];
  for (let index = 0; index < SONGS; index += 1) {
    clicks.push(await page.evaluate(({ file, side }) => window.untilHeard(side, () => {
      window.audio.src = file;
      window.audio.play();
    }), { file: `/flac-${index}.flac`, side: firstSide(index) }));
    await pause(400);
  }
  await page.context().close();
  server.close();
  return clicks;
}

async function coldClick(browser, media, data) {
  rmSync(join(data, 'host', 'cache'), { recursive: true, force: true });
  const demo = new Running(['demo', '--media', media, '--data', data, '--port', String(await freePort()), '--no-open']);
  const page = await openPage(browser, { bypassCSP: true });
  await page.goto(await demo.line('ready'));
  await row(page, title('flac', 0)).waitFor();
  await install(page);
  const first = await clickRow(page, title('flac', 0), firstSide(0));
  return { demo, page, first };
}

export async function playerRows(folder, add) {
  const media = join(folder, 'media');
  makeSongs(media, 'flac', ['flac']);
  makeSongs(media, 'mp3', ['libmp3lame', '-b:a', '192k']);
  const browser = await launch();
  const { demo, page, first } = await coldClick(browser, media, join(folder, 'data'));
  try {
    add({ what: 'click to sound, cold (first click, empty cache)', value: first, unit: 'ms', target: 250 });
    const warm = await songs(page, 'flac');
    add({ what: 'click to sound, warm, FLAC passed through', value: median(warm), unit: 'ms', target: 60 });
    const transcoded = await songs(page, 'mp3');
    add({ what: 'click to sound, warm, MP3 transcoded', value: median(transcoded), unit: 'ms', target: 60 });
    const again = await songs(page, 'mp3');
    add({ what: 'click to sound, warm, MP3 transcoded before (cached)', value: median(again), unit: 'ms', target: 60 });
    const plain = await plainClicks(browser, media);
    add({ what: 'click to sound, plain <audio> on a file server', value: median(plain), unit: 'ms' });
    add({ what: 'warm FLAC / plain <audio>', value: median(warm) / median(plain), unit: 'x', target: 0.5, note: 'the target is against supysonic' });
    const flacSeeks = await seeks(page, 'flac');
    add({ what: 'seek p95, FLAC passed through', value: quantile(flacSeeks, 0.95), unit: 'ms', target: 60 });
    const mp3Seeks = await seeks(page, 'mp3');
    add({ what: 'seek p95, MP3 transcoded', value: quantile(mp3Seeks, 0.95), unit: 'ms', target: 150 });
  } finally {
    await browser.close();
    await demo.stop();
  }
}
