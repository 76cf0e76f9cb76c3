// Records what a browser makes of segments that are given to it, sample by sample.
import { createServer } from 'node:http';
import { until } from './processes.mjs';

/** Runs in the audio thread: what it hands over has no holes, however busy the page is. */
const RECORDER = `registerProcessor('recorder', class extends AudioWorkletProcessor {
  process([input]) { if (input[0]) this.port.postMessage(input[0].slice()); return true; }
});`;

/** A page's own server: a page with a button, and whatever bytes are put into `served` by path. */
export class Tape {
  constructor(page) {
    this.page = page;
    this.served = new Map();
    this.server = createServer((request, response) => {
      response.setHeader('Content-Type', request.url === '/' ? 'text/html' : 'application/octet-stream');
      response.end(this.served.get(request.url) ?? '<!doctype html><title>tape</title><button>play</button>');
    }).listen(0, '127.0.0.1');
  }

  stop() {
    this.server.close();
  }

  /** Plays tracks one after another on one source buffer, the first from segment `from` on; gives what is heard from the first sound on. */
  async record(tracks, rate, from = 0) {
    tracks.forEach((track, number) => [track.init, ...track.segments].forEach((bytes, index) => this.served.set(`/${number}/${index}`, bytes)));
    await this.page.goto(`http://127.0.0.1:${this.server.address().port}/`);
    await this.page.evaluate(async ({ timelines, rate: sampleRate, code, from: first }) => {
      const context = new AudioContext({ sampleRate });
      await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
      const recorder = new AudioWorkletNode(context, 'recorder');
      window.samples = [];
      recorder.port.onmessage = (event) => window.samples.push(event.data);
      const audio = new Audio();
      window.audio = audio;
      const source = new MediaSource();
      audio.src = URL.createObjectURL(source);
      await new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
      const buffer = source.addSourceBuffer(timelines[0].mime);
      const append = async (path) => {
        const bytes = await (await fetch(path)).arrayBuffer();
        if (bytes.byteLength === 0) return;
        buffer.appendBuffer(bytes);
        await new Promise((resolve) => buffer.addEventListener('updateend', resolve, { once: true }));
      };
      let at = 0;
      for (const [number, timeline] of timelines.entries()) {
        const { timescale, lead_in: leadIn, duration, runs } = timeline;
        if (number > 0) buffer.abort();
        buffer.appendWindowStart = 0;
        buffer.appendWindowEnd = at + duration / timescale;
        buffer.appendWindowStart = at;
        const bare = timeline.mime === 'audio/mpeg';
        const lengths = runs.flatMap(([length, times]) => Array(times).fill(length));
        const skipped = number === 0 ? first : 0;
        const start = lengths.slice(0, skipped).reduce((sum, length) => sum + length, 0);
        if (!bare) buffer.mode = 'segments';
        // Bare frames have no times of their own: the first that is appended lies where the offset says.
        const decodeTime = bare && skipped > 0 ? start + leadIn : 0;
        buffer.timestampOffset = at + (decodeTime - leadIn) / timescale;
        await append(`/${number}/0`);
        for (let index = skipped; index < lengths.length; index += 1) await append(`/${number}/${index + 1}`);
        at += duration / timescale;
      }
      source.endOfStream();
      context.createMediaElementSource(audio).connect(recorder).connect(context.destination);
      document.querySelector('button').onclick = () => { context.resume(); audio.play(); };
      if (audio.buffered.length > 0) audio.currentTime = audio.buffered.start(0);
      window.ranges = Array.from({ length: audio.buffered.length }, (_, index) => [audio.buffered.start(index), audio.buffered.end(index)]);
    }, { timelines: tracks.map((track) => track.timeline), rate, code: RECORDER, from });
    await this.page.getByRole('button').click();
    await until('the end of the sound', 30, () => this.page.evaluate(() => {
      if (window.audio.error) throw new Error(window.audio.error.message);
      return window.audio.ended;
    }));
    const samples = await this.page.evaluate(() => window.samples.flatMap((block) => [...block]));
    const start = samples.findIndex((sample) => Math.abs(sample) > 0.001);
    return { samples: samples.slice(start), ranges: await this.page.evaluate(() => window.ranges) };
  }
}
