//! Sound: every kind of source, in every rendition, is the source.

use std::path::{Path, PathBuf};

use iroam::protocol::{MediaKind, Rendition};

use crate::kit::{Bench, bench, best_lag, decode, fetch, ffmpeg, integers, likeness, source, sweep_file};

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

#[tokio::test]
async fn opus_that_is_loud_from_its_first_sample_begins_as_loud_as_it_is() {
    let bench = bench();
    let path = bench.dir.path().join("loud.opus");
    let tone = "aevalsrc='0.6*cos(2*PI*440*t)|0.6*cos(2*PI*660*t)':s=48000:d=3";
    ffmpeg(&["-f", "lavfi", "-i", tone, "-c:a", "libopus", "-b:a", "128k", path.to_str().expect("UTF-8")]);
    let whole = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::Opus160, false).await;
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let (heard, reference) = (decode(&joined, 48_000), decode(&path, 48_000));
    let heard = &heard[usize::try_from(whole.timeline.lead_in).expect("small") * 2..];
    for place in [120, 500, 1_000, 2_000, 48_000] {
        let alike = likeness(&reference, heard, place, 400, 0);
        assert!(alike > 15.0, "only {alike:.1} dB alike at frame {place}");
    }
    bench.engine.shutdown().await;
}

/// Left, right and centre, by default; left, right and the low-frequency channel, by the file's mask: that one is not heard in two.
#[tokio::test]
async fn a_wav_says_where_its_channels_are() {
    let bench = bench();
    let path = bench.dir.path().join("a.wav");
    let tones = "aevalsrc='0.2*sin(2*PI*440*t)|0.2*sin(2*PI*660*t)|0.8*sin(2*PI*50*t)':s=48000:c=2.1:d=2";
    ffmpeg(&["-f", "lavfi", "-i", tones, "-c:a", "pcm_s16le", path.to_str().expect("UTF-8")]);
    let whole = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::Aac256, false).await;
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let heard = decode(&joined, 48_000);
    let peak = heard[20_000..].iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    assert!((0.15..0.25).contains(&peak), "{peak}");
    bench.engine.shutdown().await;
}

/// Samples that a decoder of MP3 gives before the first that went in, when no encoder says how many.
const MP3_DELAY: usize = 529;

/// An encoded rendition lies where the copy does, and is what ffmpeg decodes less the decoder's own delay.
async fn check_mp3(bench: &Bench, path: &Path, places: &[usize]) {
    let track = source(path, MediaKind::Audio);
    let copy = fetch(&bench.engine, &track, Rendition::AudioCopy, false).await;
    let whole = fetch(&bench.engine, &track, Rendition::Aac256, false).await;
    let reversed = fetch(&bench.engine, &source(path, MediaKind::Audio), Rendition::Aac256, true).await;
    assert!(whole.segments == reversed.segments, "segments depend on the order they were asked for in");
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let (heard, reference) = (decode(&joined, 44_100), decode(path, 44_100));
    let (heard, reference) = (&heard[usize::try_from(whole.timeline.lead_in).expect("small") * 2..], &reference[MP3_DELAY * 2..]);
    assert_eq!(whole.timeline.duration, copy.timeline.duration, "as long as the copy");
    assert_eq!(usize::try_from(whole.timeline.duration).ok(), Some(reference.len() / 2), "as long as what ffmpeg decodes");
    for place in places {
        assert_eq!(best_lag(reference, heard, *place), 0, "at frame {place}");
        let alike = likeness(reference, heard, *place, 2_000, 0);
        assert!(alike > 15.0, "only {alike:.1} dB alike at frame {place}");
    }
}

fn untagged(bench: &Bench) -> PathBuf {
    sweep_file(bench.dir.path(), "a.mp3", &["-c:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0"])
}

#[tokio::test]
async fn an_mp3_without_a_tag_begins_where_its_copy_does() {
    let bench = bench();
    check_mp3(&bench, &untagged(&bench), &[1_000, 44_000, 250_000, 490_000]).await;
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn an_mp3_with_fraunhofers_tag_is_as_long_as_its_frames() {
    let bench = bench();
    let path = untagged(&bench);
    let sound = std::fs::read(&path).expect("there");
    let mut tag = vec![0u8; 417];
    tag[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0x64]);
    let (bytes, frames) = (u32::try_from(sound.len() + 417).expect("small"), u32::try_from(sound.len() / 417).expect("small"));
    // Wrong as to frames and bytes, so that it is counted anew.
    let body = [&b"VBRI\0\x01\x04\x90\0\x64"[..], &(bytes / 2).to_be_bytes(), &frames.to_be_bytes(), &[0; 8]].concat();
    tag[36..36 + body.len()].copy_from_slice(&body);
    let tagged = bench.dir.path().join("vbri.mp3");
    std::fs::write(&tagged, [tag, sound].concat()).expect("written");
    check_mp3(&bench, &tagged, &[1_000, 44_000, 250_000, 490_000]).await;
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_damaged_frame_does_not_end_an_mp3() {
    let bench = bench();
    let path = untagged(&bench);
    let mut bytes = std::fs::read(&path).expect("there");
    let middle = bytes.len() / 4;
    let damaged = bytes[middle..].windows(2).position(|two| two == [0xff, 0xfb]).expect("a frame") + middle;
    bytes[damaged..damaged + 4].copy_from_slice(&[0; 4]);
    std::fs::write(&path, &bytes).expect("written");
    let track = source(&path, MediaKind::Audio);
    let whole = fetch(&bench.engine, &track, Rendition::Opus160, false).await;
    let seconds = whole.timeline.duration as f64 / 48_000.0;
    // 11.3 s, less one frame.
    assert!((11.2..11.4).contains(&seconds), "{seconds} s");
    whole.write(&bench.dir.path().join("joined.mp4"));
    let heard = decode(&bench.dir.path().join("joined.mp4"), 48_000);
    let end = &heard[heard.len() - 48_000..];
    assert!(end.iter().any(|sample| sample.abs() > 0.2), "it is heard to its end");
    bench.engine.shutdown().await;
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
