// The player as its user knows it: by role and name.
import assert from 'node:assert/strict';
import { until } from './processes.mjs';
import { pitch } from './browser.mjs';

export const row = (page, title) => page.getByRole('grid', { name: 'Songs' }).getByRole('row').filter({ hasText: title });

export async function play(page, title) {
  await row(page, title).dblclick();
}

export const nowPlaying = (page) => page.getByRole('status', { name: 'Now playing' });

/** Waits until the pitch heard is `hz`. */
export async function hears(page, hz, seconds = 15) {
  let heard = 0;
  await until(`a tone of ${hz} Hz (last heard ${heard.toFixed(0)} Hz)`, seconds, async () => {
    heard = await pitch(page);
    return Math.abs(heard - hz) < 8;
  }).catch((error) => {
    assert.fail(`${error.message}; last heard ${heard.toFixed(1)} Hz`);
  });
}

/** Moves the position slider to a place, as a keyboard or a mouse would. */
export async function seek(page, seconds) {
  await page.getByRole('slider', { name: 'Position' }).evaluate((slider, to) => {
    slider.value = String(to);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    slider.dispatchEvent(new Event('change', { bubbles: true }));
  }, seconds);
}

export const positionSeconds = (page) => page.getByRole('slider', { name: 'Position' }).evaluate((slider) => Number(slider.value));

/** What the display says of how a track is sent. */
export async function sentText(page) {
  await page.getByRole('button', { name: /^Format/ }).click();
  const text = await page.getByRole('dialog', { name: 'How it is sent' }).textContent();
  await page.keyboard.press('Escape');
  return text;
}
