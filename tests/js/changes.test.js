// A player learns of changes by one question that waits, and shows them where its user is.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HostClient } from '../../assets/pcd/client.js';
import { initialState } from '../../assets/player/store/initial.js';
import { movedTo } from '../../assets/player/store/list.js';
import { reduce } from '../../assets/player/store/reducer.js';
import { createStore } from '../../assets/player/store/store.js';

const listeners = new Map();
globalThis.document = { hidden: false, addEventListener: (name, act) => listeners.set(name, act) };
const { Changes } = await import('../../assets/player/controllers/changes.js');
const { Marks } = await import('../../assets/player/controllers/marks.js');
const settled = () => new Promise((resolve) => setImmediate(resolve));

const HOST = { id: 'h', name: 'Attic', online: true };

/** A player that follows a host, whose answers the test gives. */
function follower() {
  const store = createStore(initialState(), reduce);
  const asked = [];
  const told = [];
  const request = (question, { signal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      const answer = (reply, changed = []) => resolve({ reply, body: new TextEncoder().encode(JSON.stringify({ changed, removed: [] })) });
      asked.push({ question, signal, answer, reject });
    });
  new Changes(store, { client: () => ({ request }) }, { changed: (hostId, change) => told.push(hostId === HOST.id && change) });
  store.dispatch({ type: 'me', user: null, hosts: [HOST] });
  return { store, asked, told };
}

function look(hidden) {
  document.hidden = hidden;
  listeners.get('visibilitychange')();
}

/** Lets promises settle between one timer and the next. */
async function pass(context, ms) {
  await settled();
  await settled();
  for (let passed = 0; passed < ms; passed += 500) {
    context.mock.timers.tick(500);
    await settled();
    await settled();
  }
}

test('asks for the version, waits for what is newer, and tells of it', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { asked, told } = follower();
  await settled();
  assert.deepEqual(asked[0].question, { op: 'changes' });
  asked[0].answer({ version: 7, reset: false });
  await settled();
  await pass(context, 500);
  assert.deepEqual(asked[1].question, { op: 'changes', since: 7, wait_ms: 15_000 });
  asked[1].answer({ version: 9, reset: false }, ['a']);
  await settled();
  assert.deepEqual(told, [{ reset: false, changed: ['a'], removed: [] }]);
  await pass(context, 2_000);
  assert.equal(asked[2].question.since, 9);
  assert.equal(asked.length, 3, 'one at a time');
});

test('a host that has no room to wait, or is away, is not asked again and again', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { asked, told } = follower();
  await settled();
  asked[0].answer({ version: 7, reset: false });
  await pass(context, 500);
  asked[1].answer({ version: 7, reset: false });
  await pass(context, 8_000);
  assert.equal(asked.length, 2);
  await pass(context, 8_000);
  assert.equal(asked.length, 3);
  asked[2].reject(new Error('away'));
  await pass(context, 1_000);
  assert.equal(asked.length, 3);
  await pass(context, 2_000);
  assert.equal(asked.length, 4);
  assert.deepEqual(told, []);
});

test('a host that does not know the question is asked again after a while', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { asked } = follower();
  await settled();
  asked[0].reject(Object.assign(new Error('what?'), { code: 'bad_request' }));
  await pass(context, 5_000);
  assert.equal(asked.length, 1);
  await pass(context, 120_000);
  assert.equal(asked.length, 2);
});

test('the question ends when nobody has looked for long, and goes on from there when somebody does', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { asked } = follower();
  await settled();
  asked[0].answer({ version: 7, reset: false });
  await pass(context, 500);
  look(true);
  await pass(context, 10_000);
  assert.equal(asked[1].signal.aborted, false);
  await pass(context, 21_000);
  assert.equal(asked[1].signal.aborted, true);
  look(false);
  await settled();
  assert.deepEqual(asked[2].question, { op: 'changes', since: 7, wait_ms: 15_000 });
});

const rowsOf = (ids) => ids.map((id) => ({ id, title: id, kind: 'audio', duration_ms: 1000, listened: id === 'c' ? { plays: 3, skips: 0, loved: false, rating: 40 } : undefined }));

test('rows that are asked for anew keep the selection on its tracks', () => {
  let state = reduce(initialState(), { type: 'list/page', page: 0, tracks: rowsOf(['a', 'b', 'c']), total: 3, first: true });
  state = reduce(state, { type: 'select', lead: 2, extend: false });
  const pages = new Map([[0, rowsOf(['x', 'y', 'a', 'b', 'c'])]]);
  const [lead, shift] = [movedTo(state.list, pages, 2, -1), movedTo(state.list, pages, 0, 0)];
  assert.deepEqual([lead, shift], [4, 2]);
  state = reduce(state, { type: 'list/refresh', pages, total: 5, lead, anchor: lead, shift });
  assert.deepEqual([state.list.total, state.list.status, state.list.shift, state.selection], [5, 'ready', { rows: 2 }, { lead: 4, anchor: 4 }]);
  assert.equal(movedTo(state.list, new Map([[0, rowsOf(['z'])]]), 4, -1), -1, 'it is gone');
  assert.equal(movedTo(state.list, pages, 450, -1), 450, 'nobody knows what is there');
});

function marked(request) {
  const store = createStore(initialState(), reduce);
  store.dispatch({ type: 'me', user: null, hosts: [HOST] });
  store.dispatch({ type: 'list/page', page: 0, tracks: rowsOf(['a', 'b', 'c']), total: 3, first: true });
  const ratings = () => store.state.list.pages.get(0).map(({ listened }) => listened?.rating ?? 0);
  return { store, ratings, marks: new Marks(store, { client: () => ({ request }) }), rows: () => store.state.list.pages.get(0) };
}

test('stars are shown at once, and sent for all rows together', async () => {
  const asked = [];
  const { ratings, marks, rows, store } = marked(async (question) => void asked.push(question));
  const done = marks.rate(rows().slice(0, 2), 80);
  assert.deepEqual(ratings(), [80, 80, 40]);
  await done;
  await marks.rate(rows().slice(2), 0);
  await marks.love(rows().slice(2), true);
  assert.deepEqual(asked, [{ op: 'rate', tracks: ['a', 'b'], rating: 80 }, { op: 'rate', tracks: ['c'], rating: 0 }, { op: 'love', tracks: ['c'], loved: true }]);
  assert.deepEqual(rows()[2].listened, { plays: 3, skips: 0, loved: true });
  assert.deepEqual(store.state.notices, []);
});

test('stars that the host does not take are as before, and that is said', async () => {
  const { store, ratings, marks, rows } = marked(async () => Promise.reject(Object.assign(new Error(), { code: 'host_offline' })));
  await marks.rate(rows(), 100);
  assert.deepEqual(ratings(), [0, 0, 40]);
  assert.match(store.state.notices[0].text, /off line/);
});

test('a question that waits is no silence', async () => {
  const links = [];
  const session = { current: async () => ({ ticket: 't', drivers: [] }), close() {} };
  const silent = { send: () => new Promise(() => {}) };
  const { webcrypto } = await import('node:crypto');
  globalThis.crypto ??= webcrypto;
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const client = new HostClient({ hostId: 'h', identity: { pair, key: 'k' }, onLink: (link) => links.push(link), session, open: async () => silent, silentMs: 20 });
  client.request({ op: 'changes' }, { waits: true }).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 120));
  assert.deepEqual(links, []);
  client.request({ op: 'status' }).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 120));
  assert.deepEqual(links, ['silent']);
});
