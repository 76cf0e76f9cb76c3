// A real Chromium, and ears and eyes inside its pages.
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

export async function launch() {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page that notes every media element that plays, so that a test can listen to it, and every error of the page's own. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  await context.addInitScript(() => {
    const play = HTMLMediaElement.prototype.play;
    window.heard = new Set();
    HTMLMediaElement.prototype.play = function (...args) {
      window.heard.add(this);
      return play.apply(this, args);
    };
  });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|TrustedHTML|Refused/.test(message.text())) page.problems.push(message.text());
  });
  return page;
}

/** The loudest pitch heard right now, in hertz (about 2 Hz exact); 0 for silence. */
export async function pitch(page) {
  return page.evaluate(async () => {
    const element = [...window.heard].find((media) => !media.paused);
    if (!element) return 0;
    const ear = (window.ear ??= new AudioContext());
    await ear.resume();
    window.ears ??= new Map();
    if (!window.ears.has(element)) {
      const stream = element.captureStream();
      // Nothing has been decoded yet: there is nothing to hear.
      if (stream.getAudioTracks().length === 0) return 0;
      const analyser = new AnalyserNode(ear, { fftSize: 16384, smoothingTimeConstant: 0 });
      ear.createMediaStreamSource(stream).connect(analyser);
      window.ears.set(element, analyser);
    }
    const analyser = window.ears.get(element);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    const top = spectrum.reduce((best, level, bin) => (level > spectrum[best] ? bin : best), 0);
    if (spectrum[top] < -60) return 0;
    const [left, middle, right] = [spectrum[top - 1], spectrum[top], spectrum[top + 1]];
    const shift = (0.5 * (left - right)) / (left - 2 * middle + right);
    return ((top + shift) * ear.sampleRate) / analyser.fftSize;
  });
}

/** The colour in the middle of the video's picture, [red, green, blue]. */
export async function colour(page) {
  return page.evaluate(() => {
    const video = document.querySelector('video');
    const canvas = new OffscreenCanvas(16, 16);
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, 16, 16);
    return [...context.getImageData(8, 8, 1, 1).data.slice(0, 3)];
  });
}
