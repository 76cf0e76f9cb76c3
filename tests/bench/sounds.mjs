// Songs that sound on one side for a minute, then on the other: the side tells which place is heard, within a sample.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const HALF_SECONDS = 60;
export const SONGS = 8;

/** Odd songs begin on the right, even ones on the left. */
export const firstSide = (index) => index % 2;

export const title = (format, index) => `${format} ${index}`;

export function makeSongs(folder, format, codec) {
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < SONGS; index += 1) {
    const [early, late] = [`lt(t,${HALF_SECONDS})`, `gte(t,${HALF_SECONDS})`];
    const side = (when) => `0.4*sin(2*PI*t*${300 + 50 * index})*${when}`;
    const sides = firstSide(index) === 0 ? [side(early), side(late)] : [side(late), side(early)];
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', `aevalsrc='${sides.join('|')}':s=44100:d=${2 * HALF_SECONDS}`,
      '-c:a', ...codec, '-metadata', `title=${title(format, index)}`, '-metadata', `artist=${format}`, join(folder, `${format}-${index}.${format}`)]);
  }
}
