/** Subtitles on the video element: the browser reads the WebVTT and draws it; only its times are moved to where the film lies. */

/** @typedef {import('../types.js').Store} Store */

export class Subtitles {
  #media;
  #track;
  /** Counts what was asked to be shown, so that a slow reading of something else is dropped. */
  #turn = 0;
  /** @type {VTTCue[]} */
  #cues = [];
  #origin = 0;

  /** @param {HTMLVideoElement} media */
  constructor(media) {
    this.#media = media;
    this.#track = media.addTextTrack('subtitles', 'Subtitles');
    this.#track.mode = 'hidden';
  }

  /** @param {Store} store */
  connect(store) {
    store.watch(({ extras }) => extras.subtitle?.text ?? null, (text) => this.#read(text));
    store.watch(({ playback }) => playback.origin, (origin) => this.#place(origin));
  }

  /** @param {string | null} text WebVTT */
  async #read(text) {
    this.#turn += 1;
    const turn = this.#turn;
    const cues = text ? await parse(text) : [];
    if (turn !== this.#turn) return;
    this.#clear();
    this.#cues = cues;
    this.#track.mode = cues.length > 0 ? 'showing' : 'hidden';
    this.#add();
  }

  /** @param {number} origin seconds */
  #place(origin) {
    if (origin === this.#origin) return;
    this.#clear();
    this.#origin = origin;
    this.#add();
  }

  #clear() {
    for (const cue of [...(this.#track.cues ?? [])]) this.#track.removeCue(cue);
  }

  #add() {
    for (const cue of this.#cues) this.#track.addCue(moved(cue, this.#origin));
  }

  get media() {
    return this.#media;
  }
}

/**
 * The browser's own reader, on an element that nobody sees.
 * @param {string} text
 * @returns {Promise<VTTCue[]>}
 */
async function parse(text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/vtt' }));
  const element = document.createElement('track');
  const owner = document.createElement('video');
  try {
    owner.append(element);
    element.track.mode = 'hidden';
    const read = new Promise((resolve) => {
      element.addEventListener('load', resolve, { once: true });
      element.addEventListener('error', resolve, { once: true });
    });
    element.src = url;
    await read;
    return /** @type {VTTCue[]} */ ([...(element.track.cues ?? [])]);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * @param {VTTCue} cue
 * @param {number} by seconds
 */
function moved(cue, by) {
  const copy = new VTTCue(cue.startTime + by, cue.endTime + by, cue.text);
  const { vertical, snapToLines, line, lineAlign, position, positionAlign, size, align } = cue;
  Object.assign(copy, { vertical, snapToLines, line, position, size, align });
  // Not every browser knows these two.
  if (lineAlign !== undefined) Object.assign(copy, { lineAlign });
  if (positionAlign !== undefined) Object.assign(copy, { positionAlign });
  return copy;
}
