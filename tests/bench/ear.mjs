// A stopwatch in the page: from a person's act to the first sample of the side that proves it.
const WORKLET = `
class Ear extends AudioWorkletProcessor {
  constructor() { super(); this.side = -1; this.port.onmessage = (event) => { this.side = event.data; }; }
  process([input]) {
    if (this.side >= 0) {
      const samples = input[this.side];
      if (samples?.some((sample) => Math.abs(sample) > 1e-3)) { this.side = -1; this.port.postMessage('heard'); }
    }
    return true;
  }
}
registerProcessor('ear', Ear);`;

/** Installs the ear on whatever element plays; the page must have been opened with bypassCSP. */
export async function install(page) {
  await page.evaluate(async (code) => {
    const context = new AudioContext({ latencyHint: 'interactive' });
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
    const ear = new AudioWorkletNode(context, 'ear', { channelCount: 2, channelCountMode: 'explicit' });
    ear.connect(context.destination);
    await context.resume();
    const attached = new WeakSet();
    const attach = (element) => {
      if (attached.has(element)) return;
      attached.add(element);
      context.createMediaElementSource(element).connect(ear);
    };
    for (const element of window.heard) attach(element);
    const add = window.heard.add;
    window.heard.add = function (element) { attach(element); return add.call(this, element); };
    window.untilHeard = (side, act) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nothing heard for 20 s')), 20_000);
      ear.port.onmessage = () => { clearTimeout(timer); resolve(performance.now() - start); };
      ear.port.postMessage(side);
      const start = performance.now();
      act();
    });
  }, WORKLET);
}
