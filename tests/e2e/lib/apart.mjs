// serve and host as a person runs them: two programs, an account, a pairing confirmed on the website.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { BINARY, Running, freePort, freeUdpPort, until } from './processes.mjs';

const PASSWORD = 'correct horse battery staple';

export class Apart {
  /** `media`: a folder, or several. */
  constructor(folder, media) {
    this.folder = folder;
    this.media = [media].flat();
  }

  async start() {
    this.port = await freePort();
    this.quic = await freeUdpPort();
    this.url = `http://127.0.0.1:${this.port}`;
    execFileSync(BINARY, ['admin', 'create-user', '--name', 'ada', '--data', join(this.folder, 'serve')], { input: `${PASSWORD}\n`, stdio: ['pipe', 'ignore', 'inherit'] });
    await this.startServe();
    this.startHost();
  }

  async startServe() {
    this.serve = new Running(['serve', '--data', join(this.folder, 'serve'), '--listen', `127.0.0.1:${this.port}`, '--quic', `127.0.0.1:${this.quic}`, '--public-url', this.url]);
    await until('the website', 30, () => fetch(`${this.url}/healthz`).then((answer) => answer.ok, () => false));
  }

  startHost() {
    this.host = new Running(['host', '--server', this.url, ...this.media.flatMap((path) => ['--media', path]), '--data', join(this.folder, 'host'), '--name', 'Attic']);
  }

  /** Signs in by the form and confirms the host's pairing on its page. */
  async pair(page) {
    const [url, code] = (await this.host.line('pair')).split(' ');
    await page.goto(url);
    await this.signIn(page);
    await page.getByText(code).first().waitFor();
    await page.getByRole('button', { name: /approve|allow|confirm/i }).click();
    await until('the host to be online', 20, async () => {
      const me = await page.request.get(`${this.url}/api/v1/me`);
      return me.ok() && (await me.json()).hosts.some((host) => host.online);
    });
  }

  async signIn(page) {
    await page.getByLabel(/name/i).fill('ada');
    await page.getByLabel(/password/i).fill(PASSWORD);
    await page.getByRole('button', { name: /sign in/i }).click();
  }

  async stop() {
    await this.host?.stop();
    await this.serve?.stop();
  }
}
