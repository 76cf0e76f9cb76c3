// Files whose sound says which file and which place is heard: every ten seconds the pitch rises by a step.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
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

/** A video whose every picture says its own number, in white and black bars under a stripe of one colour. */
export const COUNTED = { title: 'Gorse', file: 'gorse.mp4', fps: 25, seconds: 30, bits: 10, stripe: [200, 60, 90], kbps: 2000 };

/** A film with two sounds, subtitles beside it and chapters. */
export const FILM = {
  title: 'Hazel',
  file: 'hazel.mkv',
  seconds: 24,
  toneHz: [600, 1200],
  cues: [{ from: 2, to: 4, text: 'The first words' }, { from: 7, to: 9, text: 'And what follows' }, { from: 18, to: 20, text: 'The last' }],
  chapters: [{ at: 0, title: 'Dawn' }, { at: 8, title: 'Noon' }, { at: 16, title: 'Dusk' }],
};

/** A second of silence and one continuous tone, cut into two tracks at a place that is no multiple of any codec's frame. */
export const JOINED = { hz: 997, rate: 44100, quietSeconds: 1, seconds: 7, cutSeconds: 3.5 + 123 / 44100 };

const LAME = ['-c:a', 'libmp3lame', '-b:a', '192k'];
const AAC = ['-c:a', 'aac', '-b:a', '192k'];
const OPUS = ['-c:a', 'libopus', '-b:a', '160k'];
const half = (extension, codec, rate = 44100) => ({ extension, codec, rate });

/** What is joined to what; `sent` is what travels of the second, `slip` what is allowed, in samples: the browser brings all to one rate, and begins a new one on a sample of its own. Names sort as they are listed. */
export const JOINS = [
  { title: 'A mpeg', halves: [half('mp3', LAME), half('mp3', LAME)], sent: /MP3 file, sent as it is/ },
  { title: 'B advanced', halves: [half('m4a', AAC), half('m4a', AAC)], sent: /AAC file, sent as it is/ },
  { title: 'C lossless', halves: [half('flac', ['-c:a', 'flac']), half('flac', ['-c:a', 'flac'])], sent: /FLAC file, sent as it is/ },
  { title: 'D opus', halves: [half('opus', OPUS, 48000), half('opus', OPUS, 48000)], sent: /Opus file, sent as it is/ },
  { title: 'E vorbis', halves: [half('ogg', ['-c:a', 'libvorbis', '-q:a', '6']), half('ogg', ['-c:a', 'libvorbis', '-q:a', '6'])], sent: /converted to Opus at 160/ },
  { title: 'F rates', halves: [half('flac', ['-c:a', 'flac']), half('flac', ['-c:a', 'flac'], 96000)], sent: /FLAC file, sent as it is/ },
  { title: 'G codecs', halves: [half('flac', ['-c:a', 'flac'], 48000), half('mp3', LAME)], sent: /MP3 file, sent as it is/, slip: 1 },
  { title: 'H forth', halves: [half('flac', ['-c:a', 'flac']), half('m4a', AAC, 48000)], sent: /AAC file, sent as it is/, slip: 1 },
];

const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: ['ignore', 'inherit', 'inherit'] });

const tags = (title, track) => ['-metadata', `title=${title}`, '-metadata', 'artist=The Tones', '-metadata', 'album=Trees', '-metadata', `track=${track}`];

export function makeLibrary(folder) {
  mkdirSync(folder, { recursive: true });
  TONES.forEach((tone, index) => makeTone(folder, tone, index + 1));
  makeVideo(join(folder, VIDEO.file));
}

export function makeTone(folder, tone, number) {
  mkdirSync(folder, { recursive: true });
  const wave = `0.4*sin(2*PI*t*(${tone.baseHz}+${STEP_HZ}*floor(t/${STEP_SECONDS})))`;
  const source = `aevalsrc='${wave}|${wave}':s=44100:d=${tone.seconds}`;
  ffmpeg('-f', 'lavfi', '-i', source, '-c:a', ...tone.codec, ...tags(tone.title, number), join(folder, tone.file));
}

export function makeVideo(path) {
  const inputs = VIDEO.colours.flatMap((colour) => ['-f', 'lavfi', '-i', `color=c=${colour}:s=320x180:r=25:d=${VIDEO.secondsEach}`]);
  const joined = VIDEO.colours.map((_, index) => `[${index}:v]`).join('');
  const seconds = VIDEO.secondsEach * VIDEO.colours.length;
  ffmpeg(...inputs, '-f', 'lavfi', '-i', `sine=frequency=${VIDEO.toneHz}:sample_rate=48000:duration=${seconds}`,
    '-filter_complex', `${joined}concat=n=${VIDEO.colours.length}:v=1:a=0,format=yuv420p[v]`, '-map', '[v]', '-map', `${VIDEO.colours.length}:a`,
    '-c:v', 'libx264', '-g', '50', '-c:a', 'aac', '-b:a', '128k', ...tags(VIDEO.title, 9), path);
}

/**
 * Both halves of a tone, as tracks of an album of their own. The second begins with the first sample that the first one lacks. The first one is
 * silent at its beginning: what a browser drops or repeats while it starts to play is not to be taken for what the files hold.
 */
export function makeJoin(folder, { title, halves }, number) {
  mkdirSync(folder, { recursive: true });
  const samples = Math.round((JOINED.quietSeconds + JOINED.cutSeconds) * halves[0].rate);
  const lengths = [samples, Math.round((JOINED.seconds - JOINED.cutSeconds) * halves[1].rate)];
  halves.forEach(({ extension, codec, rate }, index) => {
    const sounds = index === 0 ? `*gte(t,${JOINED.quietSeconds})` : '';
    const wave = `0.4*sin(2*PI*${JOINED.hz}*(t+${index * samples}/${halves[0].rate}))${sounds}`;
    const source = `aevalsrc='${wave}|${wave}':s=${rate}:d=${JOINED.quietSeconds + JOINED.seconds}`;
    const names = ['-metadata', `title=${title} ${index + 1}`, '-metadata', 'artist=The Joiners', '-metadata', `album=${title}`, '-metadata', `track=${index + 1}`];
    ffmpeg('-f', 'lavfi', '-i', source, '-af', `atrim=end_sample=${lengths[index]}`, ...codec, ...names, join(folder, `${number}-${index}.${extension}`));
  });
}

/** As large as `kbps` says, whatever is in it, so that a narrow way is too narrow for it. */
export function makeCounted(folder) {
  mkdirSync(folder, { recursive: true });
  const { fps, seconds, bits, kbps } = COUNTED;
  const bars = `if(lt(Y,H/2),110,if(mod(floor(N/pow(2,floor(X*${bits}/W))),2),225,25))`;
  const picture = `geq=lum='${bars}':cb='if(lt(Y,H/2),118,128)':cr='if(lt(Y,H/2),190,128)'`;
  ffmpeg('-f', 'lavfi', '-i', `color=s=640x480:r=${fps}:d=${seconds},format=yuv420p,${picture}`, '-f', 'lavfi', '-i', `sine=frequency=500:sample_rate=48000:duration=${seconds}`,
    '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-b:v', `${kbps}k`, '-minrate', `${kbps}k`, '-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`,
    '-x264-params', 'nal-hrd=cbr:filler=1', '-c:a', 'aac', '-b:a', '96k', ...tags(COUNTED.title, 10), join(folder, COUNTED.file));
}

export function makeFilm(folder) {
  mkdirSync(folder, { recursive: true });
  const { seconds, toneHz, cues, chapters, title, file } = FILM;
  const stamp = (at) => `00:00:${String(at).padStart(2, '0')},000`;
  writeFileSync(join(folder, file.replace('.mkv', '.en.srt')), cues.map(({ from, to, text }, index) => `${index + 1}\n${stamp(from)} --> ${stamp(to)}\n${text}\n\n`).join(''));
  const parts = chapters.map(({ at, title: name }, index) => `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${at * 1000}\nEND=${(chapters[index + 1]?.at ?? seconds) * 1000}\ntitle=${name}\n`);
  const notes = join(folder, 'chapters.txt');
  writeFileSync(notes, `;FFMETADATA1\n${parts.join('')}`);
  const tones = toneHz.flatMap((hz) => ['-f', 'lavfi', '-i', `sine=frequency=${hz}:sample_rate=48000:duration=${seconds}`]);
  ffmpeg('-f', 'lavfi', '-i', `testsrc2=s=320x180:r=25:d=${seconds}`, ...tones, '-i', notes, '-map', '0:v', '-map', '1:a', '-map', '2:a', '-map_chapters', '3',
    '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-c:a', 'aac', '-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=fra', ...tags(title, 11), join(folder, file));
}
