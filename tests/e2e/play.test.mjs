// The main job: a browser plays what a host holds, and what is heard is what the file holds.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running, freePort, until } from './lib/processes.mjs';
import { colour, launch, openPage } from './lib/browser.mjs';
import { TONES, VIDEO, makeLibrary, toneAt } from './lib/tones.mjs';
import { hears, nowPlaying, play, positionSeconds, row, seek } from './lib/player.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-e2e-'));
const media = join(folder, 'media');
let demo;
let browser;
let page;

before(async () => {
  makeLibrary(media);
  demo = new Running(['demo', '--media', media, '--data', join(folder, 'data'), '--port', String(await freePort()), '--no-open']);
  browser = await launch();
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('the ready URL signs in and shows the songs', async () => {
  await page.goto(await demo.line('ready'));
  await row(page, TONES[0].title).waitFor();
  assert.match(page.url(), /\/player/);
  assert.doesNotMatch(page.url(), /irl_/, 'the one-time token has left the address bar');
  for (const tone of TONES) await row(page, tone.title).waitFor();
});

test('every format is heard as its own tone', async () => {
  for (const tone of TONES) {
    await play(page, tone.title);
    await hears(page, toneAt(tone.baseHz, 0));
    assert.match(await nowPlaying(page).textContent(), new RegExp(tone.title));
  }
});

test('after a seek the pitch of that place is heard', async () => {
  for (const [tone, seconds] of [[TONES[0], 44], [TONES[1], 33], [TONES[0], 14], [TONES[2], 51], [TONES[3], 75]]) {
    await play(page, tone.title);
    await hears(page, toneAt(tone.baseHz, 0));
    await seek(page, seconds);
    await hears(page, toneAt(tone.baseHz, seconds));
    assert.ok(Math.abs((await positionSeconds(page)) - seconds) < 8, 'the slider follows');
  }
});

test('next plays the next song and previous the one before', async () => {
  await play(page, TONES[0].title);
  await hears(page, toneAt(TONES[0].baseHz, 0));
  await page.getByRole('button', { name: 'Next' }).click();
  await hears(page, toneAt(TONES[1].baseHz, 0));
  await page.getByRole('button', { name: 'Previous' }).click();
  await hears(page, toneAt(TONES[0].baseHz, 0));
});

test('pause is silent and play goes on', async () => {
  await play(page, TONES[1].title);
  await hears(page, toneAt(TONES[1].baseHz, 0));
  await page.getByRole('button', { name: 'Pause' }).click();
  const paused = () => page.evaluate(() => [...window.heard].every((media) => media.paused));
  await until('silence', 5, paused);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await hears(page, toneAt(TONES[1].baseHz, 0));
});

test('the keyboard alone plays a song', async () => {
  await page.getByRole('searchbox', { name: 'Search' }).fill(TONES[2].title);
  await until('the grid shows the match only', 10, async () => (await row(page, TONES[0].title).count()) === 0);
  await row(page, TONES[2].title).click();
  await page.keyboard.press('Enter');
  await hears(page, toneAt(TONES[2].baseHz, 0));
  await page.getByRole('searchbox', { name: 'Search' }).fill('');
  await row(page, TONES[0].title).waitFor();
});

test('a video shows the colours and sounds the tone of its place', async () => {
  await page.getByRole('tree', { name: 'Library' }).getByRole('treeitem', { name: /Videos/ }).click();
  await play(page, VIDEO.title);
  await hears(page, VIDEO.toneHz);
  for (const index of [0, 2, 1]) {
    await seek(page, index * VIDEO.secondsEach + 0.5);
    let seen = [];
    await until(`the colour ${VIDEO.colours[index]}`, 10, async () => {
      seen = await colour(page);
      // The codec's colour is not the source's to the digit; which of the three it is, is plain.
      return VIDEO.rgb[index].every((level, channel) => (level > 0 ? seen[channel] > 200 : seen[channel] < 60));
    }).catch((error) => assert.fail(`${error.message}; last seen ${seen}`));
  }
});

test('the page broke none of its own rules', () => {
  assert.deepEqual(page.problems, []);
});
