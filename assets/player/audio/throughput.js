/** How much the way to the host carries, measured by what really travels. Pure but for the clock, which is an argument. */

/** Fewer bytes say more of the delay than of the width of the way. Short bursts are added up until there are so many. */
const BURST_BYTES_MIN = 16 * 1024;
/** A long burst is looked at so often, ms, so that a way that narrows is noticed before the burst ends. */
const LOOK_MS = 1000;
/** Seconds of travelling after which a measurement counts half. The estimate is the lower of the two: quick to fall, slow to rise. */
const HALF_LIVES_S = Object.freeze([1.5, 6]);

export class Throughput {
  #now;
  /** Averages of kbit/s with the weight that they have gathered. */
  #averages = HALF_LIVES_S.map((halfLife) => ({ halfLife, sum: 0, weight: 0 }));
  #travelling = 0;
  #since = 0;
  /** What travelled since the last measurement, in one burst or several. */
  #bytes = 0;
  #ms = 0;

  /** @param {() => number} now ms */
  constructor(now) {
    this.#now = now;
  }

  /** kbit/s that can be counted on; `null` while nothing was measured. */
  get kbps() {
    const known = this.#averages.filter(({ weight }) => weight > 0);
    return known.length === 0 ? null : Math.min(...known.map(({ sum, weight }) => sum / weight));
  }

  /**
   * Watches one request from when it is sent. What comes in one go is a burst: from its first piece to `end`.
   * Bursts that overlap share the way and are measured together.
   * @returns {{ got: (bytes: number) => void, end: () => void }}
   */
  watch() {
    const sent = this.#now();
    let inBurst = false;
    let isFirst = true;
    let [total, counted] = [0, 0];
    return {
      got: (bytes) => {
        total += bytes;
        if (inBurst) this.#count(bytes);
        else this.#begin();
        if (inBurst) counted += bytes;
        inBurst = true;
      },
      end: () => {
        const wasFirst = isFirst && inBurst;
        if (inBurst) this.#finish();
        // A quick way brings all at once, and nothing was counted. It carries at least what came since the request, the host's work included:
        // told after the first burst, and again when all of a reply in chunks is there, whose last burst ended before.
        if (wasFirst ? counted < BURST_BYTES_MIN : !inBurst) this.#atLeast(total, this.#now() - sent);
        isFirst &&= !inBurst;
        inBurst = false;
      },
    };
  }

  /** The clock starts when the first piece is there: what it took to make it is the host's. */
  #begin() {
    this.#travelling += 1;
    if (this.#travelling > 1) return;
    this.#since = this.#now();
  }

  /** @param {number} bytes */
  #count(bytes) {
    this.#bytes += bytes;
    if (this.#now() - this.#since >= LOOK_MS) this.#look();
  }

  #finish() {
    this.#travelling -= 1;
    if (this.#travelling === 0) this.#look();
  }

  #look() {
    const now = this.#now();
    this.#ms += now - this.#since;
    this.#since = now;
    // A way that takes long is slow, however little it brought.
    if (this.#bytes < BURST_BYTES_MIN && (this.#ms < LOOK_MS || this.#bytes === 0)) return;
    this.#sample(this.#bytes, Math.max(1, this.#ms));
    this.#bytes = 0;
    this.#ms = 0;
  }

  /**
   * @param {number} bytes
   * @param {number} ms
   */
  #atLeast(bytes, ms) {
    const kbps = (bytes * 8) / Math.max(1, ms);
    if (bytes >= BURST_BYTES_MIN && kbps > (this.kbps ?? 0)) this.#sample(bytes, Math.max(1, ms));
  }

  /**
   * @param {number} bytes
   * @param {number} ms
   */
  #sample(bytes, ms) {
    const kbps = (bytes * 8) / ms;
    // A very short one weighs little, but not nothing: it is a wide way.
    const seconds = Math.max(0.1, ms / 1000);
    for (const average of this.#averages) {
      const kept = 0.5 ** (seconds / average.halfLife);
      average.sum = average.sum * kept + kbps * (1 - kept);
      average.weight = average.weight * kept + (1 - kept);
    }
  }
}
