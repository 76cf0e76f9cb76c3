// The demo as a person starts and ends it: nothing is left running, and the next start knows what the last one knew.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running, freePort, until } from './lib/processes.mjs';
import { makeTone, TONES } from './lib/tones.mjs';

const folder = mkdtempSync(join(tmpdir(), 'iroam-demo-'));
const media = join(folder, 'media');
const data = join(folder, 'data');

before(() => makeTone(media, TONES[0], 1));
after(async () => {
  // Whatever a failed test left behind, so that one failure stays one.
  for (const demo of started) await demo.kill9();
  rmSync(folder, { recursive: true, force: true });
});

const started = [];
let port;
async function start() {
  const demo = new Running(['demo', '--media', media, '--data', data, '--port', String((port ??= await freePort())), '--no-open']);
  started.push(demo);
  return demo;
}

/** Processes that work in the demo's data folder. */
function processes() {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return ids.filter((id) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(data);
    } catch {
      return false; // It has ended meanwhile.
    }
  });
}

/** What the one-time link leads to: the account's hosts. */
async function hosts(url) {
  const link = new URL(url);
  const signedIn = await fetch(`${link.origin}/api/v1/sign-in-link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: link.origin },
    body: JSON.stringify({ token: link.hash.slice(1) }),
  });
  assert.ok(signedIn.ok, `signed in: ${signedIn.status}`);
  const cookie = signedIn.headers.get('set-cookie').split(';')[0];
  return (await (await fetch(`${link.origin}/api/v1/me`, { headers: { cookie } })).json()).hosts;
}

test('Ctrl-C ends everything, and the next start is still paired', async () => {
  const first = await start();
  const [host] = await hosts(await first.line('ready'));
  assert.equal(host.online, true);
  assert.ok(processes().length >= 3, 'the demo, its server and its host run');
  first.child.kill('SIGINT');
  assert.equal(await first.ended, 0);
  assert.deepEqual(processes(), []);

  const second = await start();
  const [again] = await hosts(await second.line('ready'));
  assert.equal(again.id, host.id);
  await second.stop();
  const log = readFileSync(join(data, 'host.log'), 'utf8');
  assert.equal(log.split(' connected ').length - 1, 2, 'both times the host found its server');
});

test('even a demo that is killed leaves nothing running', async () => {
  const demo = await start();
  await demo.line('ready');
  await demo.kill9();
  await until('the children to end', 20, () => processes().length === 0);
});

test('a part that dies is started again', async () => {
  const demo = await start();
  const url = await demo.line('ready');
  const host = processes().find((id) => readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0')[1] === 'host');
  process.kill(Number(host), 'SIGKILL');
  await until('another host', 20, () => processes().some((id) => id !== host && readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0')[1] === 'host'));
  assert.equal((await hosts(url)).length, 1);
  await demo.stop();
});

test('a port that is taken and a folder that is none are named in one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address();
  const onTaken = new Running(['demo', '--media', media, '--data', data, '--port', String(port), '--no-open']);
  assert.notEqual(await onTaken.ended, 0);
  assert.match(onTaken.errors, new RegExp(`^iroam: .*${port}.*--port.*\\n$`));
  taken.close();

  const nowhere = new Running(['demo', '--media', join(folder, 'nowhere'), '--data', data, '--no-open']);
  assert.notEqual(await nowhere.ended, 0);
  assert.match(nowhere.errors, /^iroam: .*nowhere.*--media DIR\n$/);
});
