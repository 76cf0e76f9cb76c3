// Files whose sound says which file and which place is heard: every ten seconds the pitch rises by a step.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const STEP_SECONDS = 10;
export const STEP_HZ = 100;

/** The pitch of a tone file at a place, in hertz. */
export const toneAt = (baseHz, seconds) => baseHz + STEP_HZ * Math.floor(seconds / STEP_SECONDS);

/** Names sort as they are listed: the grid's order by title is this order. */
export const TONES = [
  { title: 'Alder', file: 'alder.flac', baseHz: 400, seconds: 60, codec: ['flac'] },
  { title: 'Birch', file: 'birch.mp3', baseHz: 1500, seconds: 60, codec: ['libmp3lame', '-b:a', '192k'] },
  { title: 'Cedar', file: 'cedar.ogg', baseHz: 2600, seconds: 60, codec: ['libvorbis', '-q:a', '5'] },
  { title: 'Dogwood', file: 'dogwood.m4a', baseHz: 3700, seconds: 180, codec: ['aac', '-b:a', '192k'] },
];

/** A video whose picture and sound change together every three seconds. */
export const VIDEO = {
  title: 'Elder',
  file: 'elder.mp4',
  colours: ['red', 'lime', 'blue'],
  rgb: [[255, 0, 0], [0, 255, 0], [0, 0, 255]],
  secondsEach: 4,
  toneHz: 950,
};

/** One continuous tone cut into two tracks, at a place that is no multiple of any codec's frame. */
export const JOINED = { hz: 997, rate: 44100, cutSample: 44100 * 6 + 123, titles: ['Fir part 1', 'Fir part 2'] };

const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: ['ignore', 'inherit', 'inherit'] });

const tags = (title, track) => ['-metadata', `title=${title}`, '-metadata', 'artist=The Tones', '-metadata', 'album=Trees', '-metadata', `track=${track}`];

export function makeLibrary(folder) {
  mkdirSync(folder, { recursive: true });
  TONES.forEach((tone, index) => makeTone(folder, tone, index + 1));
  makeVideo(join(folder, VIDEO.file));
  makeJoined(folder);
}

export function makeTone(folder, tone, number) {
  mkdirSync(folder, { recursive: true });
  const wave = `0.4*sin(2*PI*t*(${tone.baseHz}+${STEP_HZ}*floor(t/${STEP_SECONDS})))`;
  const source = `aevalsrc='${wave}|${wave}':s=44100:d=${tone.seconds}`;
  ffmpeg('-f', 'lavfi', '-i', source, '-c:a', ...tone.codec, ...tags(tone.title, number), join(folder, tone.file));
}

function makeVideo(path) {
  const inputs = VIDEO.colours.flatMap((colour) => ['-f', 'lavfi', '-i', `color=c=${colour}:s=320x180:r=25:d=${VIDEO.secondsEach}`]);
  const joined = VIDEO.colours.map((_, index) => `[${index}:v]`).join('');
  const seconds = VIDEO.secondsEach * VIDEO.colours.length;
  ffmpeg(...inputs, '-f', 'lavfi', '-i', `sine=frequency=${VIDEO.toneHz}:sample_rate=48000:duration=${seconds}`,
    '-filter_complex', `${joined}concat=n=${VIDEO.colours.length}:v=1:a=0,format=yuv420p[v]`, '-map', '[v]', '-map', `${VIDEO.colours.length}:a`,
    '-c:v', 'libx264', '-g', '50', '-c:a', 'aac', '-b:a', '128k', ...tags(VIDEO.title, 9), path);
}

function makeJoined(folder) {
  const wave = `0.4*sin(2*PI*t*${JOINED.hz})`;
  const source = `aevalsrc='${wave}|${wave}':s=${JOINED.rate}:d=12`;
  const parts = [`atrim=end_sample=${JOINED.cutSample}`, `atrim=start_sample=${JOINED.cutSample}`];
  parts.forEach((trim, index) => {
    const path = join(folder, `fir-${index + 1}.flac`);
    ffmpeg('-f', 'lavfi', '-i', source, '-af', `${trim},asetpts=N/SR/TB`, '-c:a', 'flac', ...tags(JOINED.titles[index], 20 + index), path);
  });
}
