import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RowPool } from '../../assets/player/elements/songs_rows.js';
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
