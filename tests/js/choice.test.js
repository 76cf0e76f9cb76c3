import assert from 'node:assert/strict';
import { test } from 'node:test';

import { choose, rolesOf } from '../../assets/player/audio/choice.js';
import { explain, rate } from '../../assets/player/audio/explain.js';

const LOSSY = ['opus_160', 'aac_256', 'opus_96', 'aac_128'];
const song = (audio, renditions) => ({ kind: 'audio', title: 'x', codec: audio.codec, renditions, source: { audio: { rate: 44100, channels: 2, lossless: false, ...audio } } });
const film = (video, renditions, audio = AAC, sound = ['audio_copy', ...LOSSY]) => ({
  kind: 'video', title: 'x', codec: video.codec, renditions, sound,
  source: { video: { width: 1920, height: 1080, frames_per_1000_s: 25000, ...video }, audio },
});

const AAC = { codec: 'AAC', mime: 'audio/mp4; codecs="mp4a.40.2"', kbps: 192, rate: 48000, channels: 2, lossless: false };
const FLAC = song({ codec: 'FLAC', kbps: 900, bits: 16, lossless: true, mime: 'audio/mp4; codecs="flac"' }, ['flac', ...LOSSY]);
const HIRES = song({ codec: 'FLAC', kbps: 5200, bits: 24, rate: 192000, lossless: true }, ['flac', ...LOSSY]);
const WAV = song({ codec: 'WAV', bits: 16, lossless: true }, ['flac', ...LOSSY]);
const MP3 = song({ codec: 'MP3', kbps: 320, mime: 'audio/mpeg' }, ['audio_copy', ...LOSSY]);
const WMA = song({ codec: 'WMA', kbps: 192 }, LOSSY);
const SURROUND = song({ ...AAC, kbps: 448, channels: 6 }, ['audio_copy', ...LOSSY]);
const LADDER = ['h264_1080', 'h264_720', 'h264_480', 'h264_360', 'h264_240'];
const H264 = film({ codec: 'H.264', mime: 'video/mp4; codecs="avc1.640028"', kbps: 4500 }, ['video_copy', ...LADDER]);
const HEVC = film({ codec: 'HEVC', mime: 'video/mp4; codecs="hvc1.1.6.L120.90"', kbps: 4000 }, ['video_copy', ...LADDER]);
const HEVC_4K = film({ codec: 'HEVC', mime: 'video/mp4; codecs="hvc1.2.4.L150.90"', kbps: 22000, width: 3840, height: 2160 }, ['video_copy', ...LADDER]);
const OLD = film({ codec: 'MPEG-2', width: 720, height: 576 }, ['h264_720', 'h264_480', 'h264_360', 'h264_240'], { ...AAC, codec: 'AC-3', mime: undefined }, LOSSY);
const SILENT = { ...H264, sound: undefined };

const all = () => 'smooth';
const without = (...words) => ({ mime }) => (words.some((word) => mime.includes(word)) ? 'no' : 'smooth');
const stereo = ({ channels }) => (channels > 2 ? 'no' : 'smooth');
const small = ({ height }) => (height > 1080 ? 'rough' : 'smooth');

/** What is sent, browser, kbit/s measured, settings, and what is asked for first: pictures, then sound. */
const TABLE = [
  ['FLAC over a fast way', FLAC, all, 12_000, {}, 'flac', 'FLAC file, sent as it is: the connection carries 12 Mbit/s.'],
  ['FLAC over a way that was not measured', FLAC, all, null, {}, 'flac', 'FLAC file, sent as it is: this browser plays it.'],
  ['FLAC over a slow way', FLAC, all, 700, {}, 'opus_160', 'FLAC file, converted to Opus at 160 kbit/s: the connection carries 700 kbit/s.'],
  ['FLAC over a very slow way', FLAC, all, 150, {}, 'opus_96', /Opus at 96 kbit\/s: the connection carries 150 kbit\/s\./],
  ['FLAC over hardly any way', FLAC, all, 60, {}, 'opus_96', /Opus at 96/],
  ['FLAC, best, over a slow way', FLAC, all, 700, { music: 'best' }, 'flac', 'FLAC file, sent as it is: the quality is set to Best.'],
  ['FLAC, good', FLAC, all, 12_000, { music: 'good' }, 'opus_160', 'FLAC file, converted to Opus at 160 kbit/s: the quality is set to Good.'],
  ['FLAC, save data', FLAC, all, 12_000, { music: 'save' }, 'opus_96', /the quality is set to Save data/],
  ['FLAC, save data, no Opus', FLAC, without('opus'), 12_000, { music: 'save' }, 'aac_128', /AAC at 128/],
  ['the setting for video is not for music', FLAC, all, 12_000, { video: 'save' }, 'flac', /as it is/],
  ['FLAC where it does not play', FLAC, without('flac'), 12_000, {}, 'opus_160', /this browser does not play FLAC/],
  ['FLAC where neither it nor Opus plays', FLAC, without('flac', 'opus'), 12_000, {}, 'aac_256', /does not play FLAC, and this browser does not play Opus/],
  ['192 kHz over a middling way', HIRES, all, 4000, {}, 'opus_160', /carries 4 Mbit\/s/],
  ['192 kHz over a wide way', HIRES, all, 9000, {}, 'flac', /as it is/],
  ['WAV over a fast way', WAV, all, 12_000, {}, 'flac', 'WAV file, sent as FLAC, without loss: the connection carries 12 Mbit/s.'],
  ['MP3 where it plays', MP3, all, 12_000, {}, 'audio_copy', 'MP3 file, sent as it is: the connection carries 12 Mbit/s.'],
  ['MP3 where it does not play', MP3, without('audio/mpeg'), 12_000, {}, 'opus_160', /this browser does not play MP3/],
  ['MP3 over a slow way', MP3, all, 300, {}, 'opus_160', /carries 300 kbit\/s/],
  ['MP3, good', MP3, all, 12_000, { music: 'good' }, 'audio_copy', /set to Good/],
  ['MP3, save data', MP3, all, 12_000, { music: 'save' }, 'opus_96', /set to Save data/],
  ['WMA', WMA, all, 12_000, {}, 'opus_160', 'WMA file, converted to Opus at 160 kbit/s: the WMA in this file cannot be sent as it is.'],
  ['surround AAC where six channels play', SURROUND, all, 12_000, {}, 'audio_copy', /as it is/],
  ['surround AAC where only two play', SURROUND, stereo, 12_000, {}, 'opus_160', /does not play AAC/],
  ['H.264 over a fast way', H264, all, 12_000, {}, 'video_copy audio_copy', 'H.264 film, sent as it is: the connection carries 12 Mbit/s. Sound AAC, sent as it is: the connection carries 12 Mbit/s.'],
  ['H.264 over a slow way', H264, all, 3000, {}, 'h264_480 audio_copy', /^H\.264 film, converted to H\.264 480p: the connection carries 3 Mbit\/s\./],
  ['H.264, best, over a slow way', H264, all, 3000, { video: 'best' }, 'video_copy audio_copy', /set to Best/],
  ['H.264, good', H264, all, 12_000, { video: 'good' }, 'h264_720 audio_copy', /set to Good/],
  ['H.264, save data', H264, all, 12_000, { video: 'save' }, 'h264_360 opus_96', /set to Save data/],
  ['H.264 over hardly any way', H264, all, 200, {}, 'h264_240 opus_96', /240p/],
  ['HEVC where it does not play', HEVC, without('hvc1'), 5000, {}, 'h264_720 audio_copy', /^HEVC film, converted to H\.264 720p: this browser does not play HEVC, and the connection carries 5 Mbit\/s\./],
  ['HEVC where it plays', HEVC, all, 12_000, {}, 'video_copy audio_copy', /^HEVC film, sent as it is/],
  ['4K over 3 Mbit/s', HEVC_4K, all, 3000, {}, 'h264_480 audio_copy', /carries 3 Mbit\/s/],
  ['4K over a wide way', HEVC_4K, all, 50_000, {}, 'video_copy audio_copy', /as it is/],
  ['4K where it stutters', HEVC_4K, small, 50_000, {}, 'h264_1080 audio_copy', /does not play HEVC of this size smoothly/],
  ['MPEG-2 with AC-3', OLD, all, 12_000, {}, 'h264_720 opus_160', /the MPEG-2 in this file cannot be sent as it is\. Sound AC-3, converted to Opus at 160 kbit\/s: the AC-3 in this file cannot be sent as it is\./],
  ['a film without sound', SILENT, all, 12_000, {}, 'video_copy', /^H\.264 film, sent as it is: [^.]*\.$/],
];

for (const [name, track, plays, kbps, quality, expected, text] of TABLE) {
  test(`chooses for ${name}`, () => {
    const parts = choose(track, { plays, kbps, music: 'auto', video: 'auto', ...quality });
    assert.equal(parts.map(({ candidates }) => candidates[0]?.rendition).join(' '), expected);
    assert.deepEqual(parts.map(({ role }) => role), rolesOf(track));
    const said = explain(track, parts.map((part) => ({ part, rendition: part.candidates[0].rendition })), kbps);
    if (typeof text === 'string') assert.equal(said, text);
    else assert.match(said, text);
  });
}

const facts = { plays: all, kbps: 12_000, music: 'auto', video: 'auto' };
const names = (offers) => offers.map(({ rendition }) => rendition);

test('everything that plays is tried before a track is given up, what is too large last', () => {
  for (const [name, track, plays, kbps, quality] of TABLE) {
    for (const { candidates, verdicts } of choose(track, { ...facts, plays, kbps, ...quality })) {
      const playable = [...verdicts].filter(([, verdict]) => verdict !== 'browser').map(([offer]) => offer);
      assert.deepEqual(new Set(candidates), new Set(playable), name);
    }
  }
  assert.deepEqual(names(choose(FLAC, { ...facts, kbps: 150 })[0].candidates), ['opus_96', 'aac_128', 'opus_160', 'aac_256', 'flac']);
});

test('nothing is asked for that does not play', () => {
  assert.deepEqual(choose(FLAC, { ...facts, plays: () => 'no' })[0].candidates, []);
  assert.deepEqual(names(choose({ ...FLAC, renditions: ['something_new', 'flac'] }, facts)[0].candidates), ['flac']);
});

test('a copy whose type the host does not tell is not asked for', () => {
  assert.deepEqual(names(choose(song({ codec: 'MP3' }, ['audio_copy', 'opus_160']), facts)[0].candidates), ['opus_160']);
});

test('a row of an older host, without a source, still plays', () => {
  const { source, ...old } = FLAC;
  assert.ok(source);
  assert.deepEqual(names(choose(old, facts)[0].candidates), ['flac', ...LOSSY]);
});

test('playing steps among what the setting allows, and not beside a copy that is smaller', () => {
  const ladder = (track, more) => names(choose(track, { ...facts, ...more })[0].ladder);
  assert.deepEqual(ladder(H264), ['h264_240', 'h264_360', 'h264_480', 'h264_720', 'video_copy']);
  assert.deepEqual(ladder(H264, { kbps: 1000 }), ['h264_240', 'h264_360', 'h264_480', 'h264_720', 'video_copy']);
  assert.deepEqual(ladder(HEVC, { plays: without('hvc1') }), ['h264_240', 'h264_360', 'h264_480', 'h264_720', 'h264_1080']);
  assert.deepEqual(ladder(H264, { video: 'good' }), ['h264_240', 'h264_360', 'h264_480', 'h264_720']);
  assert.deepEqual(ladder(H264, { video: 'best' }), ['video_copy']);
  assert.deepEqual(ladder(FLAC), ['aac_128', 'aac_256', 'flac']);
  assert.deepEqual(ladder(WMA), ['opus_96', 'opus_160']);
});

test('rates are written as people read them', () => {
  assert.deepEqual([3, 644, 999, 2440, 12_300].map(rate), ['10 kbit/s', '640 kbit/s', '1 Mbit/s', '2.4 Mbit/s', '12 Mbit/s']);
});
