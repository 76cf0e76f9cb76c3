//! Every kind of sound file in every rendition of sound: where it lies, how much there is, and how alike it is, held against what ffmpeg
//! decodes of the same file. `cargo test --test media sound_table -- --nocapture` prints the table.

use std::path::{Path, PathBuf};

use iroam::protocol::{MediaKind, Rendition, Timeline};

use crate::kit::{Bench, SWEEP, bench, best_lag, decode, fetch, ffmpeg, integers, likeness, source};

/// Samples of what all files are made of, at 44.1 kHz.
const SAMPLES: u64 = 150_333;

/// What a format says of its own length, and so what is promised of it.
#[derive(Clone, Copy, Debug)]
enum Length {
    /// To the sample, as it went in.
    Exact,
    /// Whole frames: as many samples as ffmpeg decodes.
    Frames,
    /// A clock of milliseconds, or none: so many samples, at 48 kHz, more or less than ffmpeg decodes.
    About(i64),
}
use Length::{About, Exact, Frames};

struct Row {
    file: &'static str,
    options: &'static [&'static str],
    length: Length,
    lossless: bool,
    /// Samples, at 44.1 kHz, by which it begins later than what ffmpeg decodes: its stamps say so.
    late: isize,
    /// Samples, at 44.1 kHz, that ffmpeg decodes before the content.
    early: u32,
}

const fn lossy(file: &'static str, options: &'static [&'static str], length: Length) -> Row {
    Row { file, options, length, lossless: false, late: 0, early: 0 }
}

const fn lossless(file: &'static str, options: &'static [&'static str]) -> Row {
    Row { file, options, length: Exact, lossless: true, late: 0, early: 0 }
}

const fn late(late: isize, row: Row) -> Row {
    Row { late, ..row }
}

/// A row whose content begins after so many samples of what ffmpeg decodes.
const fn early(early: u32, row: Row) -> Row {
    Row { early, ..row }
}

fn make(dir: &Path, row: &Row) -> PathBuf {
    let path = dir.join(row.file);
    let sweep = SWEEP.replace("498333", &SAMPLES.to_string());
    ffmpeg(&[&["-f", "lavfi", "-i", sweep.as_str(), "-c:a"], row.options, &[path.to_str().expect("UTF-8")]].concat());
    path
}

/// What ffmpeg decodes of the content alone, as a file.
fn content(dir: &Path, path: &Path, row: &Row) -> PathBuf {
    if row.early == 0 {
        return path.to_owned();
    }
    let (target, trim) = (dir.join("content.wav"), format!("atrim=start_sample={}", row.early));
    ffmpeg(&["-i", path.to_str().expect("UTF-8"), "-af", &trim, "-c:a", "pcm_f32le", target.to_str().expect("UTF-8")]);
    target
}

/// The rows of one test, each made, played and compared.
async fn check(rows: &[Row]) {
    let bench = bench();
    for row in rows {
        let path = make(bench.dir.path(), row);
        let mut line = format!("{:<10}{:<14}{:<12}", row.file, row.options[0], format!("{:?}", row.length));
        let reference = content(bench.dir.path(), &path, row);
        let references = [48_000, 44_100].map(|rate| (rate, decode(&reference, rate)));
        for rendition in [Rendition::Opus96, Rendition::Opus160, Rendition::Aac128, Rendition::Aac256] {
            let least = check_likeness(&bench, &path, row, rendition, &references).await;
            line += &format!("{:>9} {least:>3.0} dB", rendition.name());
        }
        if row.lossless {
            check_exactness(&bench, &path, row).await;
            line += "     flac the same bits";
        }
        println!("{line}");
    }
    bench.engine.shutdown().await;
}

async fn play(bench: &Bench, path: &Path, rendition: Rendition) -> (Timeline, PathBuf) {
    let whole = fetch(&bench.engine, &source(path, MediaKind::Audio), rendition, false).await;
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    (whole.timeline, joined)
}

async fn check_likeness(bench: &Bench, path: &Path, row: &Row, rendition: Rendition, references: &[(u32, Vec<f32>)]) -> f64 {
    let what = format!("{} {:?} as {}", row.file, row.options, rendition.name());
    let (timeline, joined) = play(bench, path, rendition).await;
    let rate = timeline.timescale;
    let heard = decode(&joined, rate);
    let reference = &references.iter().find(|(known, _)| *known == rate).expect("the rate is one of two").1;
    let size = |count: u64| usize::try_from(count).expect("small");
    let heard = &heard[size(timeline.lead_in) * 2..];
    let (told, decoded) = (timeline.duration.cast_signed(), (reference.len() / 2).cast_signed() as i64);
    assert!(heard.len() / 2 >= size(timeline.duration), "{what}: all of it is there");
    match row.length {
        Exact => assert_eq!(timeline.duration, (SAMPLES * u64::from(rate)).div_ceil(44_100), "{what}: the length"),
        Frames => assert_eq!(told, decoded, "{what}: the length"),
        About(most) => assert!((told - decoded).abs() <= most, "{what}: {told} samples are told, {decoded} decoded"),
    }
    // The beginning, over the first border of segments, the end.
    let late = (row.late as f64 * f64::from(rate) / 44_100.0).round() as isize;
    let border = size(timeline.segment(1).expect("two segments").0);
    let mut least = f64::MAX;
    let places = [1_000, border - 300, border + 30_000, size(timeline.duration) - late.unsigned_abs() - 5_000];
    for place in places {
        let lag = best_lag(reference, &heard[late.unsigned_abs() * 2..], place);
        assert_eq!(lag, 0, "{what}: lag at frame {place}; {told} samples are told, {decoded} decoded");
        least = least.min(likeness(reference, heard, place, 2_000, late));
    }
    // Where it begins between two samples of the rendition, likeness says little.
    assert!(least > if row.late == 0 { 20.0 } else { 5.0 }, "{what}: only {least:.1} dB alike");
    least
}

async fn check_exactness(bench: &Bench, path: &Path, row: &Row) {
    let (timeline, joined) = play(bench, path, Rendition::Flac).await;
    let (heard, reference) = (integers(&joined), integers(path));
    assert_eq!(timeline.duration, SAMPLES, "{} {:?}", row.file, row.options);
    assert!(heard.len() >= reference.len() && heard[..reference.len()] == reference[..], "{} {:?}: samples differ", row.file, row.options);
}

macro_rules! table {
    ($($name:ident: $($row:expr),* $(,)?;)*) => {$(
        #[tokio::test]
        async fn $name() {
            check(&[$($row),*]).await;
        }
    )*};
}

const S16: &str = "s16";

table! {
    mpeg_audio_is_its_source_in_every_rendition:
        lossy("a.mp3", &["libmp3lame", "-b:a", "192k"], Exact),
        lossy("vbr.mp3", &["libmp3lame", "-q:a", "3"], Exact),
        // Without a tag nothing says what the encoder added; what the decoder itself adds is known.
        early(529, lossy("bare.mp3", &["libmp3lame", "-q:a", "3", "-write_xing", "0"], Frames)),
        lossy("a.mp2", &["mp2", "-b:a", "256k"], Frames);
    mp4_is_its_source_in_every_rendition:
        lossy("a.m4a", &["aac", "-b:a", "192k"], Exact),
        lossy("a.mov", &["aac", "-b:a", "192k"], Exact),
        lossy("frag.mp4", &["aac", "-b:a", "192k", "-movflags", "+frag_keyframe+empty_moov"], About(300)),
        lossy("a.aac", &["aac", "-b:a", "192k"], Frames),
        lossless("alac.m4a", &["alac", "-sample_fmt", "s16p"]),
        lossless("pcm.mov", &["pcm_s24le"]);
    ogg_is_its_source_in_every_rendition:
        lossy("a.ogg", &["libvorbis", "-q:a", "6"], Exact),
        lossy("a.opus", &["libopus", "-b:a", "160k"], Exact),
        lossless("a.oga", &["flac", "-sample_fmt", S16]);
    matroska_is_its_source_in_every_rendition:
        lossy("a.mka", &["aac", "-b:a", "192k"], About(300)),
        lossy("ac3.mkv", &["ac3", "-b:a", "320k"], About(50)),
        lossy("mp3.mkv", &["libmp3lame", "-b:a", "192k"], About(50)),
        lossy("opus.webm", &["libopus", "-b:a", "160k"], About(400)),
        late(132, lossy("vorbis.webm", &["libvorbis", "-q:a", "6"], About(800)));
    plain_and_lossless_files_are_their_source_in_every_rendition:
        lossless("a.wav", &["pcm_s16le"]),
        lossless("24.wav", &["pcm_s24le"]),
        lossless("a.aiff", &["pcm_s16be"]),
        lossless("a.au", &["pcm_s16be"]),
        lossless("a.flac", &["flac", "-sample_fmt", S16]),
        lossless("a.wv", &["wavpack", "-sample_fmt", "s16p"]),
        lossless("a.tta", &["tta", "-sample_fmt", S16]),
        lossy("mulaw.wav", &["pcm_mulaw"], Exact);
    sound_of_films_is_its_source_in_every_rendition:
        lossy("a.ac3", &["ac3", "-b:a", "320k"], Frames),
        lossy("a.eac3", &["eac3", "-b:a", "320k"], Frames),
        lossy("a.dts", &["dca", "-strict", "-2"], Frames),
        lossy("mp3.avi", &["libmp3lame", "-b:a", "192k"], Frames),
        lossless("pcm.avi", &["pcm_s16le"]),
        lossy("aac.ts", &["aac", "-b:a", "192k"], About(2_000)),
        lossy("mp2.ts", &["mp2", "-b:a", "256k"], About(2_000)),
        // Half a second before the first sound, for which pictures wait too.
        late(22_050, lossy("a.mpg", &["mp2", "-b:a", "256k"], About(24_100)));
    windows_media_is_its_source_in_every_rendition:
        // ffmpeg leaves out the first two frames, of which one is sound.
        late(4096, lossy("a.wma", &["wmav2", "-b:a", "192k"], About(4500))),
        late(4096, lossy("a.wmv", &["wmav1", "-b:a", "192k"], About(4500)));
}
