// Two tracks cut from one tone join without a sample too many or too few, in every codec, and from one codec and rate to another.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running, freePort, until } from './lib/processes.mjs';
import { launch, openPage } from './lib/browser.mjs';
import { JOINED, JOINS, makeJoin } from './lib/tones.mjs';
import { nowPlaying, play, row, sentText } from './lib/player.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-gapless-'));
let demo;
let browser;
let page;

before(async () => {
  const media = join(folder, 'media');
  JOINS.forEach((join_, number) => makeJoin(media, join_, number));
  demo = new Running(['demo', '--media', media, '--data', join(folder, 'data'), '--port', String(await freePort()), '--no-open']);
  browser = await launch();
  // The recorder is a script of the test's own, which the page's policy would refuse.
  page = await openPage(browser, { bypassCSP: true });
  await page.goto(await demo.line('ready'));
  await row(page, `${JOINS[0].title} 1`).waitFor();
  await hook();
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

/** Records what the element plays, straight from its decoder, at one rate for all files. */
async function hook() {
  await page.evaluate(async ({ rate, code }) => {
    const context = new AudioContext({ sampleRate: rate });
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
    const recorder = new AudioWorkletNode(context, 'recorder');
    window.samples = [];
    recorder.port.onmessage = (event) => window.samples.push(event.data);
    context.createMediaElementSource(document.getElementById('sound')).connect(recorder).connect(context.destination);
    document.addEventListener('dblclick', () => context.resume());
  }, { rate: JOINED.rate, code: RECORDER });
}

/** What is heard from when the first half begins until most of the second is over. */
async function record(title) {
  if (await page.getByRole('button', { name: 'Pause' }).count()) await page.getByRole('button', { name: 'Pause' }).click();
  await page.waitForTimeout(300);
  await page.evaluate(() => { window.samples = []; });
  await play(page, `${title} 1`);
  await nowPlaying(page).filter({ hasText: `${title} 2` }).waitFor();
  const sent = await sentText(page);
  const wanted = (JOINED.seconds - 0.7) * JOINED.rate;
  const enough = (count) => window.samples.filter((block) => block.some((sample) => Math.abs(sample) > 0.01)).length * 128 > count;
  await until(`${title}: both halves`, 60, () => page.evaluate(enough, wanted));
  return { sent, samples: await page.evaluate(() => window.samples.flatMap((block) => [...block])) };
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

/** Half of the silence at the beginning, in steps of half a window. */
const QUIET_WINDOWS = Math.floor((JOINED.quietSeconds * JOINED.rate) / 1024 / 2);

for (const { title, halves, sent, slip: allowed = 0.25 } of JOINS) {
  test(`the tone runs through the join from ${halves.map(({ extension, rate }) => `${extension} at ${rate} Hz`).join(' to ')}`, async () => {
    const { samples, sent: said } = await record(title);
    if (process.env.SHOW) console.log(said);
    const window = 2048;
    const windows = [];
    for (let from = 0; from + window < samples.length; from += window / 2) windows.push(phase(samples, from, window));
    const loud = windows.map((at, index) => ({ ...at, index })).filter((at) => at.level > 0.05);
    // The tone begins where its file's silence ends; before that a browser may play what it had left of the tone before.
    const begins = loud.findLast((at, number) => at.index - (loud[number - 1]?.index ?? -QUIET_WINDOWS) >= QUIET_WINDOWS);
    const [first, last] = [begins.index + 2, loud.at(-1).index - 2];
    assert.ok((last - first) * (window / 2) > JOINED.rate * (JOINED.seconds - 1.2), 'the recording spans the join');
    const samplesPerRadian = JOINED.rate / (2 * Math.PI * JOINED.hz);
    const slips = [];
    for (let index = first; index <= last; index += 1) {
      const difference = windows[index].angle - windows[first].angle;
      slips.push({ index, level: windows[index].level, slip: Math.atan2(Math.sin(difference), Math.cos(difference)) * samplesPerRadian });
    }
    const worst = slips.reduce((one, other) => (Math.abs(other.slip) > Math.abs(one.slip) ? other : one));
    const quietest = slips.reduce((one, other) => (other.level < one.level ? other : one));
    if (process.env.SHOW) console.log(title, 'slip', worst.slip.toFixed(3), 'level', quietest.level.toFixed(3), 'of', slips.length, 'windows');
    assert.match(said, sent);
    assert.ok(Math.abs(worst.slip) < allowed, `window ${worst.index} slipped by ${worst.slip.toFixed(2)} samples`);
    assert.ok(quietest.level > 0.19, `window ${quietest.index} has its full level: ${quietest.level}`);
  });
}
