// What a film brings along: its sounds, subtitles and chapters in its menu, and pictures for its slider.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running, freePort, until } from './lib/processes.mjs';
import { launch, openPage } from './lib/browser.mjs';
import { FILM, makeFilm } from './lib/tones.mjs';
import { hears, play, positionSeconds, row, seek } from './lib/player.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-choices-'));
let demo;
let browser;
let page;

before(async () => {
  const media = join(folder, 'media');
  makeFilm(media);
  demo = new Running(['demo', '--media', media, '--data', join(folder, 'data'), '--port', String(await freePort()), '--no-open']);
  browser = await launch();
  page = await openPage(browser);
  await page.goto(await demo.line('ready'));
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const item = (group, name) => page.getByRole('menu', { name: 'Video options' }).getByRole('group', { name: group }).getByRole('menuitemradio', { name: typeof name === 'string' ? new RegExp(`^${name}`) : name });

/** Opens the menu and waits for what the host tells of the film. */
async function openMenu(group) {
  await page.mouse.move(640 + Math.random(), 500);
  await page.getByRole('button', { name: 'Video options' }).click();
  await page.getByRole('menu', { name: 'Video options' }).getByRole('group', { name: group }).waitFor();
}

test('subtitles appear at their times, after seeks too, and are remembered', async () => {
  await page.getByRole('tree', { name: 'Library' }).getByRole('treeitem', { name: /Videos/ }).click();
  await play(page, FILM.title);
  await openMenu('Subtitles');
  assert.equal(await item('Subtitles', 'Off').getAttribute('aria-checked'), 'true');
  await item('Subtitles', /English/).click();
  const shown = () => page.evaluate(() => [...document.querySelector('video').textTracks].filter(({ mode }) => mode === 'showing').flatMap(({ activeCues }) => [...activeCues].map(({ text }) => text)).join('|'));
  for (const { from, to, text } of [...FILM.cues, FILM.cues[0]]) {
    await seek(page, (from + to) / 2);
    await until(`“${text}” at ${from} s`, 10, async () => (await shown()) === text);
  }
  await seek(page, (FILM.cues[0].to + FILM.cues[1].from) / 2);
  await until('nothing between two subtitles', 10, async () => (await shown()) === '');
  assert.equal(await page.evaluate(() => localStorage.getItem('iroam.subtitles')), 'en');
});

test('chapters are listed by name, and gone to by menu and keys', async () => {
  await openMenu('Chapters');
  await item('Chapters', FILM.chapters[2].title).click();
  const at = async (seconds) => until(`the place ${seconds} s`, 10, async () => Math.abs((await positionSeconds(page)) - seconds) < 1.5);
  await at(FILM.chapters[2].at);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('slider', { name: 'Position' }).focus();
  await page.keyboard.press('PageDown');
  await at(FILM.chapters[1].at);
  assert.match(await page.getByRole('slider', { name: 'Position' }).getAttribute('aria-valuetext'), new RegExp(FILM.chapters[1].title));
  await page.keyboard.press('PageUp');
  await at(FILM.chapters[2].at);
  assert.equal(await page.locator('.lcd-ticks span').count(), FILM.chapters.length - 1);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
});

test('another sound of the film is heard at the same place', async () => {
  await seek(page, 2);
  await hears(page, FILM.toneHz[0]);
  await openMenu('Sound');
  await item('Sound', /French/).click();
  await hears(page, FILM.toneHz[1]);
  assert.ok((await positionSeconds(page)) < 12);
});

test('the slider shows pictures of the film', async () => {
  const slider = await page.getByRole('slider', { name: 'Position' }).boundingBox();
  await until('a picture', 30, async () => {
    await page.mouse.move(slider.x + slider.width * (0.4 + Math.random() / 10), slider.y + slider.height / 2);
    return page.locator('.scrub-picture').isVisible();
  });
});

test('the page broke none of its own rules', () => {
  assert.deepEqual(page.problems, []);
});
