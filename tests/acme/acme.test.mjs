// serve gets its certificate from an ACME server that is not ours, checked over TLS-ALPN-01 on the website's own port.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cp, mkdtemp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running, freePort, freeUdpPort, until } from '../e2e/lib/processes.mjs';
import { Directory, SITE, visit } from './directory.mjs';

let folder, directory, port;
const running = [];

/** serve over a data folder below the test's. */
async function serve(data, { name = SITE, url = directory.url, flags = ['--acme-ca', directory.root] } = {}) {
  const started = new Running(['serve', '--data', join(folder, data), '--listen', `127.0.0.1:${port}`, '--quic', `127.0.0.1:${await freeUdpPort()}`,
    '--public-url', `https://${name}`, '--acme-email', 'me@example.org', '--acme-directory', url, ...flags]);
  running.push(started);
  return started;
}

const says = (serve, words) => until(`"${words}" in the log of serve (${serve.errors})`, 60, () => serve.errors.includes(words));
const secured = () => until('HTTPS', 60, () => visit(port, directory.root));
const kept = async (data) => (await readdir(join(folder, data, 'acme'))).map((name) => join(folder, data, 'acme', name));

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iroam-acme-'));
  port = await freePort();
  await mkdir(join(folder, 'ca'));
  directory = new Directory(join(folder, 'ca'), port);
  await directory.start();
});

after(async () => {
  for (const started of running) await started.stop();
  await directory?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('gets a certificate, keeps it to itself, and after a restart needs no directory', async () => {
  let site = await serve('data');
  const first = await secured();
  assert.deepEqual([first.status, first.protocol], [200, 'h2']);
  assert.equal(first.certificate.issuer.CN, 'iRoam test root');
  assert.equal(first.certificate.subjectaltname, `DNS:${SITE}`);
  await until('both files', 10, async () => (await kept('data')).length === 2);
  for (const path of await kept('data')) assert.equal((await stat(path)).mode & 0o777, 0o600, path);
  assert.equal((await stat(join(folder, 'data', 'acme'))).mode & 0o777, 0o700);

  await site.stop();
  await directory.stop();
  site = await serve('data');
  const second = await secured();
  assert.equal(second.certificate.fingerprint256, first.certificate.fingerprint256);
  assert.doesNotMatch(site.errors, /WARN|ERROR|got a certificate/);
  await site.stop();
  await directory.start();
});

test('renews a certificate in the last third of its life, and serves the old one meanwhile', async () => {
  const [file] = (await kept('data')).filter((path) => path.endsWith('.pem'));
  await cp(join(folder, 'ca', 'old.pem'), file);
  await directory.stop();
  let site = await serve('data');
  await says(site, 'could not renew the certificate');
  const old = await secured();
  await site.stop();
  await directory.start();
  site = await serve('data');
  await says(site, 'got a certificate');
  const renewed = await secured();
  assert.ok(Date.parse(renewed.certificate.valid_to) > Date.parse(old.certificate.valid_to), `${old.certificate.valid_to} ${renewed.certificate.valid_to}`);
  await site.stop();
});

test('stays up without a certificate, and says in one line what is wrong and what to do', async () => {
  const cases = [
    [{ flags: [] }, 'give that CA\'s root by --acme-ca FILE'],
    [{ url: `https://localhost:${await freePort()}/directory` }, 'cannot be reached (Connection refused)'],
    [{ name: 'elsewhere.iroam.test' }, 'TCP port 443 there to --listen here'],
  ];
  for (const [options, words] of cases) {
    const site = await serve('failing', options);
    await says(site, words);
    const warnings = site.errors.split('\n').filter((line) => line.includes('WARN'));
    assert.equal(warnings.length, 1, site.errors);
    assert.match(warnings[0], new RegExp(`no certificate yet for ${options.name ?? SITE}: .*; next try in 30 seconds$`));
    assert.equal(site.child.exitCode, null, 'it runs');
    assert.equal(await site.stop(), 0, 'it stops as it should');
  }
});
