import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RowPool } from '../../assets/player/elements/songs_rows.js';
import { COLUMNS } from '../../assets/player/lib/columns.js';
import { installFakeDom } from './fake_dom.js';

const trackOf = (id, track_no) => ({ id, title: id, kind: 'audio', track_no, duration_ms: 1000, added_at: '' });
const tracks = [trackOf('a'), trackOf('b', 7), trackOf('c')];

/** Draws rows `first..=last` with a mark on the track `playing`; tells what stands in the first cell of each, by title. */
function drawer() {
  const parent = installFakeDom();
  const pool = new RowPool(parent);
  return (first, last, playing) => {
    const view = (index) => ({ track: tracks[index], mark: tracks[index].id === playing ? 'playing' : null, selected: false, lead: false });
    pool.draw(first, last, 26, view);
    const shown = parent.children.filter((row) => !row.hidden);
    return Object.fromEntries(shown.map(({ children: [number, title] }) => [title.textContent, number.childElementCount > 0 ? 'icon' : number.textContent]));
  };
}

test('the mark leaves a row that plays no more, with a track number or without', () => {
  const draw = drawer();
  assert.deepEqual(draw(0, 2, 'a'), { a: 'icon', b: '7', c: '' });
  assert.deepEqual(draw(0, 2, 'b'), { a: '', b: 'icon', c: '' });
  assert.deepEqual(draw(0, 2, null), { a: '', b: '7', c: '' });
});

test('a row element that scrolls on to another track does not take the mark along', () => {
  const draw = drawer();
  assert.deepEqual(draw(0, 0, 'a'), { a: 'icon' });
  assert.deepEqual(draw(2, 2, 'a'), { c: '' });
  assert.deepEqual(draw(0, 0, 'a'), { a: 'icon' });
});

test('duplicates lie in shades by group, with format, size and file, and another view has other cells', () => {
  const parent = installFakeDom();
  const pool = new RowPool(parent);
  const copies = [0, 0, 1, 2].map((group, at) => ({ ...trackOf(`t${at}`), codec: 'FLAC', group, file: { folder: '/m', name: `${at}.flac`, size: 80_000_000 }, source: { audio: { kbps: 900 } } }));
  const view = (index) => ({ track: copies[index], mark: null, selected: false, lead: false });
  pool.draw(0, 3, 26, view);
  const plain = parent.children.filter((row) => !row.removed);
  assert.equal(plain[0].children.length, COLUMNS.songs.length);
  pool.show(COLUMNS.duplicates);
  pool.draw(0, 3, 26, view);
  const rows = parent.children.filter((row) => !row.removed);
  assert.equal(rows.length, 4);
  assert.deepEqual(rows.map((row) => row.classes.has('is-shaded')), [false, false, true, false]);
  const cells = rows[2].children.map(({ textContent }) => textContent.replace(/[\u2066\u2069]/g, ''));
  assert.deepEqual(cells.slice(5), ['FLAC', '900 kbit/s', '80 MB', '/m/2.flac']);
});
