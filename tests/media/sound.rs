//! Sound: every kind of source, in every rendition, is the source.

use std::path::Path;

use iroam::protocol::{MediaKind, Rendition};

use crate::kit::{Bench, bench, best_lag, decode, fetch, integers, likeness, source, sweep_file};

/// Fetches a rendition in order and reversed, and holds it against what ffmpeg decodes of the source.
async fn check_lossy(bench: &Bench, path: &Path, rendition: Rendition, least_db: f64) {
    let what = format!("{} as {}", path.file_name().expect("a name").display(), rendition.name());
    let whole = fetch(&bench.engine, &source(path, MediaKind::Audio), rendition, false).await;
    let reversed = fetch(&bench.engine, &source(path, MediaKind::Audio), rendition, true).await;
    assert_eq!(whole.init, reversed.init, "{what}");
    assert!(whole.segments == reversed.segments, "{what}: segments depend on the order they were asked for in");

    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let timeline = &whole.timeline;
    let heard = decode(&joined, timeline.timescale);
    let reference = decode(path, timeline.timescale);
    let lead_in = usize::try_from(timeline.lead_in).expect("small");
    let duration = usize::try_from(timeline.duration).expect("small");
    if path.extension().is_some_and(|extension| extension == "m4a") {
        // ffmpeg decodes the last frame whole; the tables say how much of it is meant.
        assert_eq!(u64::try_from(duration).ok(), Some((498_333 * u64::from(timeline.timescale)).div_ceil(44_100)), "{what}");
    } else {
        assert_eq!(duration, reference.len() / 2, "{what}: the published duration is the source's");
    }
    assert!(heard.len() / 2 >= lead_in + duration, "{what}: all of it is there");
    let heard = &heard[lead_in * 2..];

    // Where segments join, at both ends, and in the middle of things.
    let mut places = vec![1_000, duration / 2, duration - 3_000];
    places.extend((1..timeline.segment_count()).map(|index| timeline.segment(index).expect("there").0 as usize - 300));
    for place in places {
        assert_eq!(best_lag(&reference, heard, place), 0, "{what}: lag at frame {place}");
        let alike = likeness(&reference, heard, place, 2_000, 0);
        assert!(alike > least_db, "{what}: only {alike:.1} dB alike at frame {place}");
    }
}

macro_rules! lossy {
    ($($name:ident: $file:literal $options:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let bench = bench();
            let path = sweep_file(bench.dir.path(), $file, &$options);
            check_lossy(&bench, &path, Rendition::Opus160, 15.0).await;
            check_lossy(&bench, &path, Rendition::Aac256, 15.0).await;
            bench.engine.shutdown().await;
        }
    )*};
}

lossy! {
    mp3_sounds_like_its_source: "a.mp3" ["-c:a", "libmp3lame", "-b:a", "192k"];
    mp3_without_a_tag_sounds_like_its_source: "a.mp3" ["-c:a", "libmp3lame", "-q:a", "3", "-write_xing", "0"];
    ogg_vorbis_sounds_like_its_source: "a.ogg" ["-c:a", "libvorbis", "-q:a", "6"];
    opus_sounds_like_its_source: "a.opus" ["-c:a", "libopus", "-b:a", "128k"];
    m4a_aac_sounds_like_its_source: "a.m4a" ["-c:a", "aac", "-b:a", "192k"];
    flac_sounds_like_its_source: "a.flac" ["-c:a", "flac"];
    wav_at_96_khz_sounds_like_its_source: "a.wav" ["-c:a", "pcm_s24le", "-ar", "96000"];
    mono_wav_at_11_khz_sounds_like_its_source: "a.wav" ["-c:a", "pcm_s16le", "-ac", "1", "-ar", "11025"];
}

async fn check_exact(name: &str, options: &[&str]) {
    let bench = bench();
    let path = sweep_file(bench.dir.path(), name, options);
    let whole = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::Flac, false).await;
    let reversed = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::Flac, true).await;
    assert!(whole.segments == reversed.segments, "{name}: segments depend on the order they were asked for in");
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let (heard, reference) = (integers(&joined), integers(&path));
    assert!(reference.len() > 1_000_000 && heard.len() >= reference.len(), "{name}: {} of {}", heard.len(), reference.len());
    assert!(heard[..reference.len()] == reference[..], "{name}: samples differ");
    let frames = u64::try_from(reference.len() / 4).expect("small") / whole.timeline.duration;
    assert!(frames == 1 || frames == 2, "{name}: the duration is the sample count");
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn flac_of_16_bits_is_bit_exact() {
    check_exact("a.flac", &["-c:a", "flac", "-sample_fmt", "s16"]).await;
}

#[tokio::test]
async fn flac_of_24_bits_is_bit_exact() {
    check_exact("a.flac", &["-c:a", "flac", "-sample_fmt", "s32", "-bits_per_raw_sample", "24", "-ar", "96000"]).await;
}

#[tokio::test]
async fn wav_as_flac_is_bit_exact() {
    check_exact("a.wav", &["-c:a", "pcm_s16le"]).await;
    // An odd number of bytes.
    check_exact("b.wav", &["-c:a", "pcm_s24le", "-ac", "1"]).await;
}

#[tokio::test]
async fn alac_as_flac_is_bit_exact() {
    check_exact("a.m4a", &["-c:a", "alac", "-sample_fmt", "s16p"]).await;
}

#[tokio::test]
async fn aiff_as_flac_is_bit_exact() {
    check_exact("a.aiff", &["-c:a", "pcm_s16be"]).await;
}

/// An MP4 atom.
fn atom(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len() + 8).expect("small").to_be_bytes()[..], kind, body].concat()
}

/// Puts an atom at the end of the `moov`, which must be the last of the file.
fn append_to_moov(path: &Path, addition: &[u8]) {
    let mut bytes = std::fs::read(path).expect("there");
    let at = bytes.windows(4).rposition(|window| window == b"moov").expect("a moov") - 4;
    let length = u32::from_be_bytes(*bytes[at..].first_chunk().expect("four bytes"));
    assert_eq!(at + length as usize, bytes.len(), "the moov is last");
    bytes[at..at + 4].copy_from_slice(&(length + u32::try_from(addition.len()).expect("small")).to_be_bytes());
    bytes.extend_from_slice(addition);
    std::fs::write(path, bytes).expect("written");
}

#[tokio::test]
async fn a_song_tagged_by_itunes_has_its_delay_taken_off() {
    let bench = bench();
    let plain = sweep_file(bench.dir.path(), "a.wav", &[]);
    let path = sweep_file(bench.dir.path(), "a.m4a", &["-c:a", "aac", "-b:a", "192k", "-use_editlist", "0", "-map_metadata", "-1"]);
    let text = format!(" 00000000 00000400 00000000 {:016X} 00000000", 498_333);
    let data = atom(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], text.as_bytes()].concat());
    let tag = atom(b"----", &[atom(b"mean", b"\0\0\0\0com.apple.iTunes"), atom(b"name", b"\0\0\0\0iTunSMPB"), data].concat());
    append_to_moov(&path, &atom(b"udta", &atom(b"meta", &[&[0; 4], &atom(b"ilst", &tag)[..]].concat())));
    let whole = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::Aac256, false).await;
    assert_eq!(whole.timeline.duration, 498_333);
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let (heard, reference) = (decode(&joined, 44_100), decode(&plain, 44_100));
    let heard = &heard[usize::try_from(whole.timeline.lead_in).expect("small") * 2..];
    for place in [2_000, 100_000, 490_000] {
        assert_eq!(best_lag(&reference, heard, place), 0, "at frame {place}");
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_long_flac_is_bit_exact_at_every_seek() {
    check_exact("long.flac", &["-af", "aloop=loop=6:size=498333", "-c:a", "flac", "-frame_size", "4608"]).await;
}
