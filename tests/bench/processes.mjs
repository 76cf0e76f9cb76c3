// How soon the programs are up, and what they weigh at rest.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BINARY, Running, freePort, freeUdpPort, until } from '../e2e/lib/processes.mjs';
import { median } from './stats.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resident memory of a process, what it maps of its own file included, MiB. */
export function residentMiB(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}

async function startServe(data) {
  const [port, quic] = [await freePort(), await freeUdpPort()];
  const url = `http://127.0.0.1:${port}`;
  const started = performance.now();
  const serve = new Running(['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--quic', `127.0.0.1:${quic}`, '--public-url', url]);
  await until('the website', 20, () => fetch(`${url}/healthz`).then((answer) => answer.ok, () => false));
  return { serve, url, took: performance.now() - started };
}

export async function processRows(folder, add) {
  const versions = [];
  for (let index = 0; index < 5; index += 1) {
    const started = performance.now();
    execFileSync(BINARY, ['--version']);
    versions.push(performance.now() - started);
  }
  add({ what: 'start of the binary (--version)', value: median(versions), unit: 'ms' });
  const { serve, took } = await startServe(join(folder, 'serve'));
  add({ what: 'serve, start to first answer', value: took, unit: 'ms', note: 'polled every 50 ms' });
  await pause(3000);
  add({ what: 'serve, idle memory', value: residentMiB(serve.child.pid), unit: 'MiB', target: 25 });
  await serve.stop();
}
