// The settings, by role, name and keyboard: what they choose is sent, kept and explained.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running, freePort, until } from './lib/processes.mjs';
import { launch, openPage } from './lib/browser.mjs';
import { TONES, VIDEO, makeTone, makeVideo } from './lib/tones.mjs';
import { hears, play, positionSeconds, row, seek, sentText } from './lib/player.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-settings-'));
let demo;
let browser;
let page;

before(async () => {
  const media = join(folder, 'media');
  makeTone(media, TONES[0], 1);
  makeVideo(join(media, VIDEO.file));
  demo = new Running(['demo', '--media', media, '--data', join(folder, 'data'), '--port', String(await freePort()), '--no-open']);
  browser = await launch();
  page = await openPage(browser);
  await page.goto(await demo.line('ready'));
  await row(page, TONES[0].title).waitFor();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const radio = (group, name) => page.getByRole('group', { name: group }).getByRole('radio', { name: new RegExp(`^${name}`) });

test('the quality is set by keyboard, and kept', async () => {
  await page.getByRole('button', { name: 'Settings' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await until('the focus on the choice that holds', 5, () => radio('Music quality', 'Automatic').evaluate((input) => input === document.activeElement));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.equal(await radio('Music quality', 'Save data').isChecked(), true);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor({ state: 'hidden' });

  await play(page, TONES[0].title);
  await hears(page, TONES[0].baseHz);
  assert.equal(await sentText(page), 'FLAC file, converted to Opus at 96 kbit/s: the quality is set to Save data.');
  await page.reload();
  await row(page, TONES[0].title).waitFor();
  await page.getByRole('button', { name: 'Settings' }).click();
  assert.equal(await radio('Music quality', 'Save data').isChecked(), true);
  await page.getByRole('checkbox', { name: 'Sound Check' }).waitFor();
  await radio('Music quality', 'Best').check();
  await page.keyboard.press('Escape');
  await play(page, TONES[0].title);
  await until('FLAC', 10, async () => (await sentText(page)) === 'FLAC file, sent as it is: the quality is set to Best.');
});

test('the menu is left by Escape, which leaves the film where it is', async () => {
  await page.getByRole('tree', { name: 'Library' }).getByRole('treeitem', { name: /Videos/ }).click();
  await play(page, VIDEO.title);
  await page.getByRole('status', { name: 'Now playing' }).filter({ hasText: VIDEO.title }).waitFor();
  await page.getByRole('button', { name: 'Video options' }).click();
  const menu = page.getByRole('menu', { name: 'Video options' });
  assert.equal(await menu.getByRole('menuitemradio', { name: /^Automatic/ }).getAttribute('aria-checked'), 'true');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await until('the choice', 10, async () => /the quality is set to Best/.test(await sentText(page)));
  await page.getByRole('button', { name: 'Video options' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('menu', { name: 'Video options' }).waitFor({ state: 'hidden' });
  assert.equal(await page.getByRole('button', { name: 'Video options' }).isVisible(), true);
});

test('the menu is left by Tab, which goes on from its button', async () => {
  await page.getByRole('button', { name: 'Video options' }).click();
  await page.getByRole('menu', { name: 'Video options' }).waitFor();
  await page.keyboard.press('Tab');
  await page.getByRole('menu', { name: 'Video options' }).waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Full screen');
});

test('a double click makes the film larger and does not stop it, a click does', async () => {
  await page.evaluate(() => {
    window.pauses = 0;
    document.querySelector('video').addEventListener('pause', () => (window.pauses += 1));
  });
  await page.locator('video').dblclick();
  await page.getByRole('button', { name: 'Exit full screen' }).waitFor();
  await page.locator('video').dblclick();
  await page.getByRole('button', { name: 'Full screen', exact: true }).waitFor();
  assert.equal(await page.evaluate(() => window.pauses), 0);
  await page.locator('video').click();
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  await page.locator('video').click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
});

test('a drag of the slider that ends where it began, or is broken off, leaves it to what plays', async () => {
  const slider = page.getByRole('slider', { name: 'Position' });
  const moves = async () => {
    const before = await positionSeconds(page);
    await until('the slider to follow', 10, async () => (await positionSeconds(page)) > before);
  };
  await seek(page, 1);
  for (const end of ['pointerup', 'pointercancel', 'blur']) {
    await slider.evaluate((input, name) => {
      input.dispatchEvent(new Event('input', { bubbles: true }));
      input.dispatchEvent(new Event(name, { bubbles: true }));
    }, end);
    await moves();
  }
});

test('everything that can be used has a role and a name, and no id is there twice', async () => {
  const nameless = await page.evaluate(() => {
    const named = (element) =>
      element.getAttribute('aria-label') || element.textContent.trim() || [...(element.labels ?? [])].some((label) => label.textContent.trim()) || element.getAttribute('title');
    const used = [...document.querySelectorAll('button, a, input, [role=menu], [role=dialog], [role=grid], [role=tree], [role^=menuitem], [role=group]')];
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    return [...used.filter((element) => !named(element)).map(({ outerHTML }) => outerHTML), ...ids.filter((id, index) => ids.indexOf(id) !== index)];
  });
  assert.deepEqual(nameless, []);
});

test('the page broke none of its own rules', () => {
  assert.deepEqual(page.problems, []);
});
