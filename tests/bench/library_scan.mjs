// Scanning: 10,000 tagged songs, beside minidlna's scan of the same folder in the same run; 1,000 files that say nothing; and 100,000
// files that are as they were.
//
// Ours is timed from the program's start to its end, with all of it in an index that survives a crash; minidlna from its start until it
// says that it has finished, into a database that it does not sync (`synchronous = OFF`, no journal). It scans with one thread.
// The files are made here: one second of MP3 and of FLAC by ffmpeg, then tagged by bytes, each with sound of its own (a few bytes differ).
// The unchanged files are FLAC of 50 ms: what is timed is the walk, which opens none of them.
// Everything is in the page cache: it was just written.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const SONGS = 10_000;
const UNCHANGED = 100_000;
const RUBBISH = 1_000;
const PER_ALBUM = 12;
const MINIDLNA_MAX_MS = 15 * 60_000;

/** A size in ID3v2.4: seven bits a byte. */
const synchsafe = (n) => Buffer.from([n >> 21, n >> 14, n >> 7, n].map((part) => part & 0x7f));

function id3(tags) {
  const frames = Object.entries(tags).map(([name, text]) => {
    const body = Buffer.concat([Buffer.from([3]), Buffer.from(text)]);
    return Buffer.concat([Buffer.from(name), synchsafe(body.length), Buffer.alloc(2), body]);
  });
  const body = Buffer.concat(frames);
  return Buffer.concat([Buffer.from('ID3\x04\0\0', 'latin1'), synchsafe(body.length), body]);
}

const length32 = (n) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return bytes;
};

/** A FLAC with these Vorbis comments: its STREAMINFO, the comments as last metadata, the frames of `flac`. */
function retagged(flac, tags) {
  const info = flac.subarray(8, 8 + 34);
  let at = 4;
  for (let last = false; !last; ) {
    last = (flac[at] & 0x80) !== 0;
    at += 4 + flac.readUIntBE(at + 1, 3);
  }
  const texts = Object.entries(tags).map(([name, text]) => Buffer.from(`${name}=${text}`));
  const comments = Buffer.concat([length32(5), Buffer.from('bench'), length32(texts.length), ...texts.flatMap((text) => [length32(text.length), text])]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(0x84000000 + comments.length);
  return Buffer.concat([Buffer.from('fLaC'), Buffer.from([0, 0, 0, 34]), info, head, comments, flac.subarray(at)]);
}

/** The same with sound of its own: a FLAC's is known by the MD5 in its STREAMINFO, an MP3's by its frames. */
function own(bytes, number) {
  const at = bytes.toString('latin1', 0, 4) === 'fLaC' ? 26 : bytes.length - 3000;
  bytes.writeUInt32BE((bytes.readUInt32BE(at) ^ (number + 1)) >>> 0, at);
  return bytes;
}

function sound(folder, name, seconds = 1) {
  const path = join(folder, name);
  const made = spawnSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', `sine=duration=${seconds}`, '-ac', '2', '-map_metadata', '-1', path]);
  if (made.status !== 0) throw new Error(`ffmpeg: ${made.stderr}`);
  return readFileSync(path);
}

function songs(folder, media) {
  const [mp3, flac] = [sound(folder, 'one.mp3'), sound(folder, 'one.flac')];
  const bare = mp3.subarray(mp3.toString('latin1', 0, 3) === 'ID3' ? 10 + mp3.readUInt32BE(6) : 0);
  for (let n = 0; n < SONGS; n++) {
    const album = Math.floor(n / PER_ALBUM);
    const of = join(media, `Artist ${album % 300}`, `Album ${album}`);
    mkdirSync(of, { recursive: true });
    const [title, artist, track] = [`Song number ${n}`, `Artist ${album % 300}`, String((n % PER_ALBUM) + 1)];
    const [genre, year] = [`Genre ${album % 40}`, String(1960 + (album % 60))];
    const bytes =
      n % 2 === 0
        ? Buffer.concat([id3({ TIT2: title, TPE1: artist, TALB: `Album ${album}`, TCON: genre, TRCK: track, TDRC: year }), bare])
        : retagged(flac, { TITLE: title, ARTIST: artist, ALBUM: `Album ${album}`, GENRE: genre, TRACKNUMBER: track, DATE: year });
    writeFileSync(join(of, `${track} ${title}.${n % 2 === 0 ? 'mp3' : 'flac'}`), own(bytes, n));
  }
}

/** A hundred short songs in each folder. */
function names(folder, media) {
  const flac = sound(folder, 'short.flac', 0.05);
  for (let n = 0; n < UNCHANGED; n++) {
    const of = join(media, `Folder ${Math.floor(n / 100)}`);
    if (n % 100 === 0) mkdirSync(of, { recursive: true });
    writeFileSync(join(of, `${n}.flac`), own(Buffer.from(flac), n));
  }
}

/** A scan's summary, and what it took: ms from start to end, ms of all cores together. */
function scan(media, data) {
  const before = performance.now();
  const args = ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'time', process.env.IROAM_BIN, 'host', 'scan', '--media', media, '--data', data];
  const ran = spawnSync('bash', args, { maxBuffer: 1 << 28, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  if (ran.status !== 0) throw new Error(`the scan failed: ${ran.stderr}`);
  const ms = performance.now() - before;
  const [user, system] = ran.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { ms, cpu: (user + system) * 1000, ...JSON.parse(ran.stdout) };
}

/** Names of songs, and nothing in them that is one. */
function rubbish(media) {
  mkdirSync(media, { recursive: true });
  for (let n = 0; n < RUBBISH; n++) writeFileSync(join(media, `${n}.mp3`), Buffer.alloc(4096, `no sound ${n} `));
}

/** How long minidlna's first scan takes, ms; or why that is not known. */
async function minidlna(folder, media) {
  if (spawnSync('minidlnad', ['-V']).error) {
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'minidlna'], { stdio: 'ignore' });
  }
  if (spawnSync('minidlnad', ['-V']).error) return 'minidlna is not installed, and could not be';
  const db = join(folder, 'minidlna');
  mkdirSync(db);
  const settings = join(folder, 'minidlna.conf');
  writeFileSync(settings, `media_dir=A,${media}\ndb_dir=${db}\nlog_dir=${db}\nlog_level=general,scanner=warn\ninotify=no\nport=18200\n`);
  const before = performance.now();
  const running = spawn('minidlnad', ['-R', '-d', '-f', settings, '-P', join(db, 'pid')], { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    return await new Promise((resolve) => {
      let said = '';
      const hear = (chunk) => {
        said = (said + chunk).slice(-4096);
        const found = said.match(/finished \((\d+) files\)/);
        if (found) resolve(Number(found[1]) === SONGS ? performance.now() - before : `minidlna found ${found[1]} files`);
      };
      running.stdout.on('data', hear);
      running.stderr.on('data', hear);
      running.on('exit', () => resolve(`minidlna ended: ${said.trim().split('\n').at(-1)}`));
      setTimeout(() => resolve('minidlna took more than 15 minutes'), MINIDLNA_MAX_MS).unref();
    });
  } finally {
    running.kill('SIGKILL');
  }
}

export async function scanRows(folder, add) {
  const [media, many] = [join(folder, 'media'), join(folder, 'many')];
  for (const made of [media, many]) mkdirSync(made, { recursive: true });
  songs(folder, media);
  const first = scan(media, join(folder, 'data'));
  if (first.added !== SONGS) throw new Error(`${first.added} of ${SONGS} songs were added: ${JSON.stringify(first.skipped.slice(0, 3))}`);
  const cores = availableParallelism();
  const perSecond = (SONGS * 1000) / first.ms;
  add({ what: 'scan: tagged files, warm cache', value: perSecond, unit: '/s', note: `${SONGS} made files, MP3 and FLAC; ${cores} cores` });
  add({ what: 'scan: the same a core', value: perSecond / cores, unit: '/s', target: 2000, note: 'by the clock' });
  add({ what: 'scan: files a second of CPU time', value: (SONGS * 1000) / first.cpu, unit: '/s', note: 'of all threads, whatever else runs on the machine' });
  const theirs = await minidlna(folder, media);
  if (typeof theirs === 'number') {
    add({ what: "scan: minidlna's time by ours", value: theirs / first.ms, unit: 'x', target: 8, note: `minidlna ${(theirs / 1000).toFixed(1)} s, ours ${(first.ms / 1000).toFixed(1)} s` });
  } else {
    add({ what: "scan: minidlna's time by ours", unit: 'x', target: 8, note: theirs });
  }
  const none = join(folder, 'none');
  rubbish(none);
  const refused = [1, 2].map(() => scan(none, join(folder, 'no data')));
  if (refused.some((scan) => scan.skipped_total !== RUBBISH)) throw new Error(`of ${RUBBISH} refused files: ${JSON.stringify(refused.at(-1).skipped_by_reason)}`);
  add({ what: 'scan: 1,000 refused files again', value: refused[1].ms, unit: 'ms', note: `the first time ${refused[0].ms.toFixed(0)} ms` });
  names(folder, many);
  scan(many, join(folder, 'many data'));
  const again = scan(many, join(folder, 'many data'));
  if (again.unchanged !== UNCHANGED) throw new Error(`${again.unchanged} of ${UNCHANGED} files were unchanged`);
  add({ what: 'scan: 100,000 unchanged files', value: again.ms / 1000, unit: 's', target: 3, note: 'FLAC of 50 ms; start and end of the program included' });
  rmSync(folder, { recursive: true, force: true });
}

if (process.argv[1] === import.meta.filename) {
  const { mkdtempSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  await scanRows(mkdtempSync(join(tmpdir(), 'iroam-scan-')), (row) => console.log(JSON.stringify(row)));
}
