// Two tracks cut from one tone join without a sample too many or too few.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running, freePort, until } from './lib/processes.mjs';
import { launch, openPage } from './lib/browser.mjs';
import { JOINED, makeLibrary } from './lib/tones.mjs';
import { play, row } from './lib/player.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-gapless-'));
let demo;
let browser;
let page;

before(async () => {
  const media = join(folder, 'media');
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

/** Records what the element plays, straight from its decoder, at the files' own rate. */
async function record(seconds) {
  await page.evaluate((rate) => {
    const context = new AudioContext({ sampleRate: rate });
    const recorder = context.createScriptProcessor(16384, 1, 1);
    window.samples = [];
    recorder.onaudioprocess = (event) => window.samples.push(event.inputBuffer.getChannelData(0).slice());
    window.hook = (element) => {
      context.createMediaElementSource(element).connect(recorder);
      recorder.connect(context.destination);
      return context.resume();
    };
  }, JOINED.rate);
  await play(page, JOINED.titles[0]);
  await until('an element that plays', 10, () => page.evaluate(() => window.heard.size > 0));
  await page.evaluate(() => window.hook([...window.heard].find((media) => !media.paused)));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return page.evaluate(() => window.samples.flatMap((block) => [...block]));
}

/** The tone's phase in a window that starts at `from`, in samples of the tone's period. */
function phase(samples, from, length) {
  const turn = (2 * Math.PI * JOINED.hz) / JOINED.rate;
  let [real, imaginary] = [0, 0];
  for (let n = from; n < from + length; n += 1) {
    const hann = 1 - Math.cos((2 * Math.PI * (n - from)) / length);
    real += hann * samples[n] * Math.cos(turn * n);
    imaginary -= hann * samples[n] * Math.sin(turn * n);
  }
  return { angle: Math.atan2(imaginary, real), level: Math.hypot(real, imaginary) / length };
}

test('the tone runs through the join', async () => {
  await page.goto(await demo.line('ready'));
  await row(page, JOINED.titles[0]).waitFor();
  const samples = await record(10);
  const window = 2048;
  const windows = [];
  for (let from = 0; from + window < samples.length; from += window / 2) windows.push(phase(samples, from, window));
  const loud = windows.map((at, index) => ({ ...at, index })).filter((at) => at.level > 0.05);
  const [first, last] = [loud[0].index + 2, loud.at(-1).index - 2];
  assert.ok((last - first) * (window / 2) > JOINED.rate * 7.5, 'the recording spans the join');
  const samplesPerRadian = JOINED.rate / (2 * Math.PI * JOINED.hz);
  for (let index = first; index <= last; index += 1) {
    assert.ok(windows[index].level > 0.19, `window ${index} has its full level: ${windows[index].level}`);
    const difference = windows[index].angle - windows[first].angle;
    const slip = Math.atan2(Math.sin(difference), Math.cos(difference)) * samplesPerRadian;
    assert.ok(Math.abs(slip) < 0.25, `window ${index} slipped by ${slip.toFixed(2)} samples`);
  }
});
