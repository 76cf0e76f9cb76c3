// Starts the real binary, waits for what it says, and ends it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { fileURLToPath } from 'node:url';

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));
export const BINARY = process.env.IROAM_BIN ?? `${target}/debug/iroam`;

/** A running `iroam`, its lines of output kept. */
export class Running {
  constructor(args, input) {
    this.lines = [];
    this.errors = '';
    this.child = spawn(BINARY, args, { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    if (input !== undefined) this.child.stdin.end(input);
    this.ended = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve(code ?? signal)));
    createInterface({ input: this.child.stdout }).on('line', (line) => this.lines.push(line));
    this.child.stderr.on('data', (data) => { this.errors = (this.errors + data).slice(-8000); });
  }

  /** The rest of the first line that starts with `word`. */
  async line(word, seconds = 60) {
    return until(`${word} from iroam`, seconds, () => {
      if (this.child.exitCode !== null) throw new Error(`iroam ended early: ${this.errors}`);
      return this.lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1);
    });
  }

  kill9() {
    this.child.kill('SIGKILL');
    return this.ended;
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    return this.ended;
  }
}

/** Polls until `attempt` gives something truthy. */
export async function until(what, seconds, attempt) {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const value = await attempt();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: not within ${seconds} s`);
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function freeUdpPort() {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return port;
}
