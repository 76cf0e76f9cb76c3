// What is said of folders that are not there, and when a queue that cannot be played ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { awaySentence, awayTexts } from '../../assets/player/lib/away.js';
import { Failures } from '../../assets/player/lib/failures.js';

const folder = (name, tracks, videos = 0) => ({ name, tracks, videos });
const away = (...folders) => ({ tracks: folders.reduce((sum, { tracks }) => sum + tracks, 0), videos: folders.reduce((sum, { videos }) => sum + videos, 0), folders });

test('a folder that is away is named with what comes back with it', () => {
  const one = awayTexts(away(folder('Music', 93)), 'audio');
  assert.equal(`${one.title}. ${one.text}`, 'The folder “Music” is not there. Is its disk plugged in? Its 93 songs come back with it.');
  assert.equal(one.note, '93 songs away with “Music”');
  assert.equal(awayTexts(away(folder('Music', 1)), 'audio').text, 'Is its disk plugged in? Its 1 song comes back with it.');
  const several = awayTexts(away(folder('A', 2), folder('B', 3), folder('C', 4)), 'audio');
  assert.equal(several.title, 'The folders “A”, “B” and “C” are not there');
  assert.equal(several.text, 'Are their disks plugged in? Their 9 songs come back with them.');
  assert.equal(several.note, '9 songs away with 3 folders');
});

test('who is told no names is told how much, and nobody of another kind', () => {
  const guest = awayTexts({ tracks: 5, videos: 0 }, 'audio');
  assert.deepEqual([guest.title, guest.text], ['A folder of this host is not there', '5 songs come back with it.']);
  assert.equal(awayTexts({ tracks: 5, videos: 0 }, 'video'), null);
  assert.equal(awayTexts(undefined, 'audio'), null);
  assert.equal(awayTexts(away(folder('Music', 5), folder('Films', 0, 2)), 'video').note, '2 videos away with “Films”');
});

test('the sentence for what was to be played names the folder where it is sure', () => {
  assert.match(awaySentence(away(folder('USB', 3)), 'audio'), /^The folder “USB” is not there/);
  assert.match(awaySentence(away(folder('USB', 3), folder('NAS', 3)), 'audio'), /^The folder with this/);
  assert.match(awaySentence(undefined, 'audio'), /^The folder with this/);
});

test('three in a row end it, one that plays between them does not count, and it begins again with the first', () => {
  const failures = new Failures();
  const at = (index) => ({ index });
  assert.deepEqual([failures.add(at(4)), failures.add(at(5)), failures.first], [true, true, null]);
  assert.deepEqual([failures.add(at(7)), failures.add(at(8))], [true, true]);
  assert.equal(failures.add(at(9)), false);
  assert.deepEqual(failures.first, at(7));
  failures.clear();
  assert.deepEqual([failures.first, failures.add(at(10))], [null, true]);
});
