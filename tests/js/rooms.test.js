import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ASSETS = fileURLToPath(new URL('../../assets/', import.meta.url));

function modulesOf(folder) {
  const found = readdirSync(join(ASSETS, folder), { withFileTypes: true });
  return found.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return modulesOf(path);
    return entry.name.endsWith('.js') ? [path] : [];
  });
}

const modules = [...modulesOf('pcd'), ...modulesOf('player')].map((path) => {
  const text = readFileSync(join(ASSETS, path), 'utf8');
  const imports = [...text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'/gms)].map(([, to]) => relative(ASSETS, join(ASSETS, dirname(path), to)));
  return { path, text, imports };
});

const edges = modules.flatMap(({ path, imports }) => imports.map((to) => [path, to]));
const from = (room) => edges.filter(([path]) => path.startsWith(room));
const html = readFileSync(join(ASSETS, 'player/index.html'), 'utf8');

test('finds the modules and their imports', () => {
  assert.ok(modules.length > 40 && edges.length > 80, `${modules.length} modules, ${edges.length} imports`);
});

test('the drivers’ room knows nothing of the player', () => {
  assert.deepEqual(from('pcd/').filter(([, to]) => !to.startsWith('pcd/')), []);
});

test('elements import the store, the library and each other, nothing else', () => {
  const allowed = /^player\/(store|lib|elements)\//;
  assert.deepEqual(from('player/elements/').filter(([, to]) => !allowed.test(to)), []);
});

test('the store and the engine know no other room but their own and pure helpers', () => {
  assert.deepEqual(from('player/store/').filter(([, to]) => !to.startsWith('player/store/')), []);
  assert.deepEqual(from('player/audio/').filter(([, to]) => !to.startsWith('player/audio/')), []);
  assert.deepEqual(from('player/lib/').filter(([, to]) => !to.startsWith('player/lib/')), []);
});

test('only the registry imports while running', () => {
  const dynamic = modules.filter(({ text }) => /\bawait import\(/.test(text)).map(({ path }) => path);
  assert.deepEqual(dynamic, ['pcd/registry.js']);
});

test('the page preloads every module, and each is there', () => {
  const listed = [...html.matchAll(/rel="modulepreload" href="\/assets\/([^"]+)"/g)].map(([, path]) => path);
  const expected = modules.map(({ path }) => path).filter((path) => path !== 'player/app.js');
  assert.deepEqual([...listed].sort(), [...expected].sort());
});

test('the page has no inline script or style, and no module writes markup', () => {
  assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)/);
  for (const { path, text } of modules) assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, path);
});
