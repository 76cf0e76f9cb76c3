// The process that makes segments, spoken to as its parent does: a frame of JSON for an order, frames and the bytes they announce for an answer.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { BINARY } from './processes.mjs';

export class Worker {
  /** @param {string} registry where GStreamer's registry may be written */
  constructor(registry) {
    this.child = spawn(BINARY, ['media-worker'], { env: { ...process.env, GST_REGISTRY: registry }, stdio: ['pipe', 'pipe', 'ignore'] });
    this.pending = Buffer.alloc(0);
    this.number = 0;
    this.wake = () => {};
    this.child.stdout.on('data', (more) => {
      this.pending = Buffer.concat([this.pending, more]);
      this.wake();
    });
    this.child.once('exit', () => this.wake(new Error('the worker ended')));
  }

  async take(length) {
    while (this.pending.length < length) {
      await new Promise((resolve, reject) => {
        this.wake = (error) => (error ? reject(error) : resolve());
      });
    }
    const bytes = this.pending.subarray(0, length);
    this.pending = this.pending.subarray(length);
    return bytes;
  }

  /** Does a job about a file: what is said of it, and its bytes. */
  async call(path, task) {
    const job = { path: Buffer.from(path).toString('base64'), size: statSync(path).size, task };
    this.number += 1;
    const order = Buffer.from(JSON.stringify({ do: { number: this.number, lane: 'sound', mtime_ms: null, job } }));
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(order.length);
    this.child.stdin.write(Buffer.concat([prefix, order]));
    const parts = [];
    for (;;) {
      const answer = JSON.parse(await this.take((await this.take(4)).readUInt32BE()));
      if (answer === 'ready') continue;
      if (answer.failed) throw new Error(JSON.stringify(answer.failed));
      parts.push(Buffer.from(await this.take((answer.chunk ?? answer.made).length)));
      if (answer.made) return { head: answer.made.head, body: Buffer.concat(parts) };
    }
  }

  /** Timeline, init segment and all media segments of a file. */
  async whole(path, rendition, stream = 0) {
    const { head, body } = await this.call(path, { init: { stream, rendition } });
    const { timeline } = head;
    const count = timeline.runs.reduce((sum, [, times]) => sum + times, 0);
    const segments = [];
    for (let index = 0; index < count; index += 1) {
      segments.push((await this.call(path, { segment: { encoding: { stream, rendition }, index } })).body);
    }
    return { timeline, init: body, segments };
  }

  async stop() {
    this.child.stdin.end();
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }
}
