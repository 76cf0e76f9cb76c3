// What the user sees of the library when something is not as it was: a disk that is away, files that are gone or there twice, new tags.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Apart } from './lib/apart.mjs';
import { launch, openPage } from './lib/browser.mjs';
import { nowPlaying, positionSeconds, row } from './lib/player.mjs';
import { until } from './lib/processes.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-views-'));
const media = join(folder, 'media');
const disk = join(folder, 'Disk');
const apart = new Apart(folder, [media, disk]);
let browser;
let page;
let pitch = 300;

function song(path, tags, seconds = 2) {
  mkdirSync(dirname(path), { recursive: true });
  const said = Object.entries(tags).flatMap(([key, value]) => ['-metadata', `${key}=${value}`]);
  // Each sounds otherwise: else all would be there twice.
  pitch += 10;
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', `sine=${pitch}:duration=${seconds}`, ...said, path]);
}

const source = (name) => page.getByRole('treeitem', { name, exact: true }).click();
const grid = () => page.getByRole('grid', { name: 'Songs' });
const status = () => page.locator('ir-status');
const alert = (text) => page.getByRole('alert').filter({ hasText: text });

before(async () => {
  song(join(media, 'long.flac'), { title: 'Long', artist: 'Ada', album: 'Hits', album_artist: 'Ada', genre: 'Jazz' }, 30);
  song(join(media, 'maple.flac'), { title: 'Maple', artist: 'Ada', album: 'Hits', album_artist: 'Ada' });
  copyFileSync(join(media, 'maple.flac'), join(media, 'maple again.flac'));
  song(join(media, 'oak.flac'), { title: 'Oak', artist: 'Bo', album: 'Hits', album_artist: 'Bo' });
  for (const name of ['Xenon', 'Yttrium', 'Zinc', 'Zircon']) song(join(disk, `${name}.flac`), { title: name, artist: 'Zoe', album: 'Metals', genre: 'Rock' }, 60);
  await apart.start();
  browser = await launch();
  page = await openPage(browser);
  await apart.pair(page);
  await page.goto(`${apart.url}/player`);
  await status().filter({ hasText: '8 songs' }).waitFor({ timeout: 30_000 });
});

after(async () => {
  await browser?.close();
  await apart.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('albums of one name are told apart, and songs without a genre are no genre', async () => {
  const albums = page.getByRole('listbox', { name: 'Album' });
  await albums.getByRole('option').filter({ hasText: /^Hits\s*Ada/ }).waitFor();
  await albums.getByRole('option').filter({ hasText: /^Hits\s*Bo/ }).waitFor();
  await page.getByRole('option', { name: 'All (2 Genres)' }).waitFor();
  await page.getByRole('option', { name: /^No Genre/ }).waitFor();
});

test('a search for what is not there says what it found instead, and can be made exactly', async () => {
  await page.getByRole('searchbox', { name: 'Search' }).fill('zinkc');
  await page.getByText('Showing results for zinc').waitFor();
  await row(page, 'Zinc').waitFor();
  await page.getByRole('button', { name: 'Search for “zinkc” instead' }).click();
  await page.getByRole('heading', { name: 'Nothing matches “zinkc”' }).waitFor();
  await page.getByRole('searchbox', { name: 'Search' }).fill('');
  await status().filter({ hasText: '8 songs' }).waitFor();
});

test('duplicates lie together with their files', async () => {
  await source('Duplicates');
  await row(page, 'maple again.flac').waitFor();
  await status().filter({ hasText: '2 songs' }).waitFor();
  await row(page, join(media, 'maple.flac')).waitFor();
  await page.getByText('Songs in one shade are the same').waitFor();
  await source('Music');
});

test('what plays takes its new tags in the display and the window’s title', async () => {
  await row(page, 'Long').dblclick();
  await nowPlaying(page).filter({ hasText: 'Long' }).waitFor();
  await until('it is heard', 20, async () => (await positionSeconds(page)) > 0);
  // What was not fetched before the file changed breaks off: the song that is paused stays.
  await page.getByRole('button', { name: 'Pause' }).click();
  const [old, now] = [join(media, 'long.flac'), join(folder, 'now.flac')];
  execFileSync('ffmpeg', ['-v', 'error', '-i', old, '-c', 'copy', '-metadata', 'title=Longer', now]);
  renameSync(now, old);
  await nowPlaying(page).filter({ hasText: 'Longer' }).waitFor({ timeout: 20_000 });
  await page.waitForFunction(() => document.title === 'Longer · iRoam' && navigator.mediaSession.metadata?.title === 'Longer');
});

test('a disk that is away is named, playing stops with one message for it, and all is there again with it', async () => {
  await row(page, 'Xenon').dblclick();
  await nowPlaying(page).filter({ hasText: 'Xenon' }).waitFor();
  renameSync(disk, join(folder, 'unplugged'));
  await status().filter({ hasText: '4 songs away with “Disk”' }).waitFor({ timeout: 30_000 });
  await status().filter({ hasText: /^4 songs,/ }).waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await alert('The folder “Disk” is not there (is its disk plugged in?). Playing stops').waitFor({ timeout: 20_000 });
  assert.equal(await page.getByRole('alert').count(), 1);
  await page.getByRole('searchbox', { name: 'Search' }).fill('zinc');
  await page.getByText('4 songs away with “Disk” just now').waitFor();
  await page.getByRole('searchbox', { name: 'Search' }).fill('');
  renameSync(join(folder, 'unplugged'), disk);
  await status().filter({ hasText: /^8 songs, [^·]*$/ }).waitFor({ timeout: 40_000 });
  await page.getByRole('alert').waitFor({ state: 'detached' });
  const told = apart.host.errors.split('\n').filter((line) => line.includes(disk));
  assert.deepEqual(told.map((line) => /WARN|INFO/.exec(line)?.[0]), ['WARN', 'INFO'], told.join('\n'));
});

test('a missing file is shown with where it was, removed after a question, and brought back', async () => {
  rmSync(join(media, 'oak.flac'));
  rmSync(join(disk, 'Zircon.flac'));
  await source('Missing');
  await status().filter({ hasText: '2 missing files' }).waitFor({ timeout: 20_000 });
  await row(page, join(media, 'oak.flac')).click();
  await page.getByRole('button', { name: 'Remove selected…' }).click();
  await page.getByRole('dialog', { name: 'Remove “Oak” from the library?' }).getByRole('button', { name: 'Cancel' }).click();
  await row(page, 'Oak').click();
  await grid().press('Delete');
  await page.getByRole('dialog', { name: 'Remove “Oak” from the library?' }).getByRole('button', { name: 'Remove' }).click();
  await page.getByText('“Oak” was removed from the library.').waitFor();
  await status().filter({ hasText: '1 missing file' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await status().filter({ hasText: '2 missing files' }).waitFor();
  await page.getByRole('button', { name: 'Remove all…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('heading', { name: 'Nothing is missing' }).waitFor();
  await page.getByRole('button', { name: 'Bring back what was removed' }).click();
  await until('both are listed again', 20, async () => (await status().textContent()).startsWith('2 missing files'));
  assert.deepEqual(page.problems, []);
});

test('a library that is away as a whole says so in place of its songs', async () => {
  await source('Music');
  await status().filter({ hasText: '6 songs' }).waitFor();
  renameSync(disk, join(folder, 'unplugged'));
  renameSync(media, join(folder, 'elsewhere'));
  await page.getByRole('heading', { name: 'The folders “Disk” and “media” are not there' }).waitFor({ timeout: 30_000 });
  await page.getByText('Are their disks plugged in? Their 6 songs come back with them.').waitFor();
  renameSync(join(folder, 'elsewhere'), media);
  await row(page, 'Maple').first().waitFor({ timeout: 40_000 });
});
