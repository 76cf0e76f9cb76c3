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
  // The recorder is a script of the test's own, which the page's policy would refuse.
  page = await openPage(browser, { bypassCSP: true });
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs in the audio thread: what it hands over has no holes, however busy the page is. */
const RECORDER = `registerProcessor('recorder', class extends AudioWorkletProcessor {
  process([input]) { if (input[0]) this.port.postMessage(input[0].slice()); return true; }
});`;

/** Records what the element plays, straight from its decoder, at the files' own rate. */
async function record(seconds) {
  await page.evaluate(async ({ rate, code }) => {
    const context = new AudioContext({ sampleRate: rate });
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
    const recorder = new AudioWorkletNode(context, 'recorder');
    window.samples = [];
    recorder.port.onmessage = (event) => window.samples.push(event.data);
    recorder.connect(context.destination);
    window.hook = (element) => {
      context.createMediaElementSource(element).connect(recorder);
      return context.resume();
    };
  }, { rate: JOINED.rate, code: RECORDER });
  await play(page, JOINED.titles[0]);
  await until('an element that plays', 10, () => page.evaluate(() => [...window.heard].some((media) => !media.paused)));
  await page.evaluate(() => window.hook([...window.heard].find((media) => !media.paused)));
  const enough = ({ wanted }) => window.samples.filter((block) => block.some((sample) => sample !== 0)).length * 128 > wanted;
  await until(`${seconds} s of sound`, 60, () => page.evaluate(enough, { wanted: seconds * JOINED.rate }));
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
