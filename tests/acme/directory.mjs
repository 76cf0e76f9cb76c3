// Starts and ends the ACME directory of a test, and looks at the website as a browser does.
import { spawn } from 'node:child_process';
import { connect } from 'node:http2';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, until } from '../e2e/lib/processes.mjs';

export const SITE = 'music.iroam.test';
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? here('../../target');
const PYTHON = `${target}/setup/acme/bin/python`;

export class Directory {
  constructor(folder, sitePort) {
    this.folder = folder;
    this.sitePort = sitePort;
    this.root = join(folder, 'root.pem');
    this.errors = '';
  }

  async start() {
    this.port ??= await freePort();
    this.url = `https://localhost:${this.port}/directory`;
    this.child = spawn(PYTHON, ['-B', here('directory.py'), this.folder, String(this.port), SITE, String(this.sitePort)], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve) => { this.child.once('exit', resolve); this.child.once('error', (error) => { this.errors += error; resolve(-1); }); });
    this.child.stderr.on('data', (data) => { this.errors = (this.errors + data).slice(-8000); });
    let said = '';
    this.child.stdout.on('data', (data) => { said += data; });
    await until('the ACME directory', 60, async () => {
      if (this.child.exitCode !== null || this.child.pid === undefined) throw new Error(`no ACME directory (scripts/setup.sh test installs it): ${this.errors}`);
      return said.includes('ready');
    });
  }

  async stop() {
    this.child?.kill('SIGKILL');
    await this.ended;
  }
}

/** One GET in HTTP/2 for SITE, trusting `root` alone: `{status, protocol, certificate}`; undefined while there is no TLS. */
export async function visit(port, root, path = '/healthz') {
  const session = connect(`https://127.0.0.1:${port}`, { ca: await readFile(root), servername: SITE });
  try {
    return await new Promise((resolve, reject) => {
      session.once('error', reject);
      const request = session.request({ ':path': path, ':authority': SITE });
      request.once('error', reject);
      request.once('response', (headers) => resolve({
        status: headers[':status'],
        protocol: session.alpnProtocol,
        certificate: session.socket.getPeerCertificate(),
      }));
      request.end();
    });
  } catch {
    return undefined;
  } finally {
    session.destroy();
  }
}
