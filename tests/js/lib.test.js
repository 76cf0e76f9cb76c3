import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ago, clock, plural, size, span } from '../../assets/player/lib/format.js';
import { errorText, unplayableText } from '../../assets/player/lib/messages.js';
import { scrollToShow, visibleRows } from '../../assets/player/lib/virtual.js';

test('writes times as people read them', () => {
  assert.deepEqual([0, 59.9, 61, 3600, Infinity, -3].map(clock), ['0:00', '0:59', '1:01', '1:00:00', '0:00', '0:00']);
  assert.deepEqual([60_000, 4_320_000, 34.2 * 86_400_000].map(span), ['1 minute', '1.2 hours', '34.2 days']);
});

test('writes sizes and counts as people read them', () => {
  assert.deepEqual([999, 80_000_000, 81_300_000_000, 999_600_000].map(size), ['999 bytes', '80 MB', '81.3 GB', '1.0 GB']);
  assert.deepEqual([plural(1, 'song'), plural(12_345, 'song')], ['1 song', '12,345 songs']);
  const now = Date.parse('2026-11-22T12:00:00Z');
  assert.deepEqual(
    ['2026-11-22T11:59:50Z', '2026-11-22T11:00:00Z', '2026-11-20T11:00:00Z'].map((at) => ago(at, now)),
    ['just now', '1 hour ago', '2 days ago'],
  );
});

test('every failure says something', () => {
  assert.match(errorText({ code: 'gone' }), /not where it was/);
  assert.equal(errorText({ code: 'missing_plugin', detail: 'install gstreamer1.0-libav on the host' }), 'Install gstreamer1.0-libav on the host.');
  assert.equal(errorText(new Error('odd')), 'Odd.');
  assert.match(errorText(undefined), /Reload/);
  assert.match(errorText({ code: 'constructor', detail: 'x' }), /^X\.$/);
  assert.equal(errorText({ code: 'unplayable', detail: 'The file ends before its first sound' }), 'The file ends before its first sound.');
  assert.match(errorText({ code: 'host_gone', detail: 'no such thing' }), /Pair it again/);
  assert.match(unplayableText('So What', { code: 'unplayable' }), /“So What” cannot be played/);
});

test('a hundred thousand rows cost no more than those in view', () => {
  const view = { scrollTop: 1_300_000, height: 650, rowHeight: 26, total: 100_000 };
  const { first, last } = visibleRows(view);
  assert.ok(first <= 50_000 && last >= 50_025 && last - first < 60, `${first}..${last}`);
  assert.deepEqual(visibleRows({ ...view, scrollTop: 0, total: 0 }), { first: 0, last: -1 });
});

test('scrolls as little as shows the row', () => {
  const view = { scrollTop: 260, height: 260, rowHeight: 26 };
  assert.deepEqual([12, 3, 25].map((index) => scrollToShow(view, index)), [260, 78, 416]);
});
