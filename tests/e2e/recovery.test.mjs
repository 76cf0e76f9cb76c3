// Either program dies mid-song: the player says so, and the music goes on without a reload.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Apart } from './lib/apart.mjs';
import { launch, openPage } from './lib/browser.mjs';
import { TONES, makeLibrary, toneAt } from './lib/tones.mjs';
import { until } from './lib/processes.mjs';
import { hears, nowPlaying, play, positionSeconds, row, seek } from './lib/player.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-recovery-'));
const media = join(folder, 'media');
const long = TONES.find((tone) => tone.seconds >= 180);
const apart = new Apart(folder, media);
let browser;
let page;

before(async () => {
  makeLibrary(media);
  await apart.start();
  browser = await launch();
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  await apart.stop();
  rmSync(folder, { recursive: true, force: true });
});

const heardAtItsPlace = async () => {
  const seconds = await positionSeconds(page);
  // Away from a step of the pitch, so that the slider's own lag does not matter.
  if (seconds % 10 > 2 && seconds % 10 < 8) await hears(page, toneAt(long.baseHz, seconds), 3);
};

async function goesOn(seconds) {
  await seek(page, seconds);
  await hears(page, toneAt(long.baseHz, seconds), 30);
  await page.getByRole('alert').waitFor({ state: 'hidden' });
  await heardAtItsPlace();
}

test('a host is paired on the website and plays', async () => {
  await apart.pair(page);
  await page.goto(`${apart.url}/player`);
  await row(page, long.title).waitFor();
  await page.evaluate(() => { window.neverReloaded = true; });
  await play(page, long.title);
  await hears(page, toneAt(long.baseHz, 0));
});

test('the host killed mid-song: the player says so and goes on when it is back', async () => {
  await apart.host.kill9();
  // What is buffered plays on; a place that is not needs the host.
  await seek(page, 101);
  await page.getByRole('alert').filter({ hasText: /Attic/ }).waitFor({ timeout: 30_000 });
  await page.getByRole('treeitem', { name: /^Attic, (no answer|offline)/ }).waitFor();
  apart.startHost();
  await hears(page, toneAt(long.baseHz, 101), 40);
  await page.getByRole('alert').waitFor({ state: 'hidden' });
  await goesOn(33);
  assert.equal(apart.host.lines.some((line) => line.startsWith('pair ')), false, 'it is still paired');
});

test('the server killed mid-song: the player says so and goes on when it is back', async () => {
  await apart.serve.kill9();
  await seek(page, 155);
  await page.getByRole('alert').filter({ hasText: /connection|reach/i }).waitFor({ timeout: 30_000 });
  await apart.startServe();
  await hears(page, toneAt(long.baseHz, 155), 40);
  await page.getByRole('alert').waitFor({ state: 'hidden' });
  await goesOn(64);
});

test('a removed host is cut off at once and says what to do', async () => {
  const me = await (await page.request.get(`${apart.url}/api/v1/me`)).json();
  const answer = await page.evaluate(async (id) => (await fetch(`/api/v1/hosts/${id}/revoke`, { method: 'POST' })).status, me.hosts[0].id);
  assert.ok(answer < 300, `revoked: ${answer}`);
  await seek(page, 120);
  await page.getByRole('alert').filter({ hasText: /removed from your account\. Pair it again/ }).waitFor();
  await page.getByRole('treeitem', { name: /^Attic/ }).waitFor({ state: 'detached' });
  await until('the music to end, without a try of every song', 20, async () => (await nowPlaying(page).textContent()) === '');
  assert.equal(await page.getByRole('alert').filter({ hasText: /cannot be played/ }).count(), 0);
  assert.notEqual(await apart.host.ended, 0);
  assert.match(apart.host.errors, /removed/);
});

test('all of it without a reload and without a broken rule', async () => {
  assert.equal(await page.evaluate(() => window.neverReloaded), true);
  assert.deepEqual(page.problems, []);
});
