// An open player shows what is new without a reload, and what its listener gives a song outlives the host.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Apart } from './lib/apart.mjs';
import { launch, openPage } from './lib/browser.mjs';
import { row } from './lib/player.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-changes-'));
const media = join(folder, 'media');
const apart = new Apart(folder, media);
let browser;
let page;

function song(title, album) {
  const path = join(media, album, `${title}.flac`);
  mkdirSync(join(media, album), { recursive: true });
  const tags = Object.entries({ title, album, artist: 'Ada' }).flatMap(([key, value]) => ['-metadata', `${key}=${value}`]);
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=440:duration=2', ...tags, path]);
}

before(async () => {
  song('Maple', 'Middle');
  song('Willow', 'West');
  await apart.start();
  browser = await launch();
  page = await openPage(browser);
  await apart.pair(page);
  await page.goto(`${apart.url}/player`);
  await row(page, 'Maple').waitFor();
});

after(async () => {
  await browser?.close();
  await apart.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a new album is shown without a reload, and the selection stays on its song', async () => {
  await page.evaluate(() => { window.neverReloaded = true; });
  await row(page, 'Willow').click();
  // It is shown with the next picture that the page paints.
  await page.locator('[role=row][aria-selected=true]', { hasText: 'Willow' }).waitFor();
  song('Aspen', 'Ancient');
  song('Beech', 'Ancient');
  // Where no terminal sends it, this asks for a scan.
  apart.host.child.kill('SIGHUP');
  await row(page, 'Aspen').waitFor({ timeout: 20_000 });
  await row(page, 'Beech').waitFor();
  assert.equal(await row(page, 'Willow').getAttribute('aria-selected'), 'true');
  assert.equal(await row(page, 'Maple').getAttribute('aria-selected'), 'false');
  assert.equal(await page.evaluate(() => window.neverReloaded), true);
});

test('stars are there at once, and still there when the host was killed', async () => {
  const stars = row(page, 'Maple').getByRole('img', { name: '4 stars' });
  const saved = page.waitForResponse((response) => response.url().endsWith('/relay') && response.ok());
  await row(page, 'Maple').locator('[data-stars="4"]').click();
  await stars.waitFor();
  await saved;
  // What is shown next is the host's own word: it tells the player of the change.
  const second = await openPage(browser, { storageState: await page.context().storageState() });
  await second.goto(`${apart.url}/player`);
  await row(second, 'Maple').getByRole('img', { name: '4 stars' }).waitFor({ timeout: 20_000 });
  await apart.host.kill9();
  apart.startHost();
  await second.reload();
  await row(second, 'Maple').getByRole('img', { name: '4 stars' }).waitFor({ timeout: 40_000 });
  await row(second, 'Willow').getByRole('img', { name: 'Not rated' }).waitFor();
});

test('what was played is counted, and every open player learns of it', async () => {
  await row(page, 'Maple').dblclick();
  const plays = page.getByRole('grid', { name: 'Songs' }).getByRole('row').filter({ hasText: 'Maple' }).locator('.cell-plays');
  await plays.filter({ hasText: '1' }).waitFor({ timeout: 40_000, state: 'attached' });
  assert.deepEqual(page.problems, []);
});
