//! Sound that is sent as it is, with ffmpeg as the judge of what it decodes to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use iroam::host::media::{Encoding, MediaError, Wanted};
use iroam::protocol::{MediaKind, Rendition, Timeline};

use crate::kit::{Bench, SWEEP, Whole, bench, bench_with, decode, fetch, ffmpeg, init, segment, session, source, sweep_file};

const COPY: Rendition = Rendition::AudioCopy;
/// Samples that a decoder of MP3 lags behind, which browsers drop.
const MP3_DELAY: u64 = 529;

async fn both_ways(bench: &Bench, path: &Path) -> Whole {
    let whole = fetch(&bench.engine, &source(path, MediaKind::Audio), COPY, false).await;
    let reversed = fetch(&bench.engine, &source(path, MediaKind::Audio), COPY, true).await;
    assert!(whole.init == reversed.init && whole.segments == reversed.segments, "segments depend on the order they were asked for in");
    whole
}

/// The content, as ffmpeg decodes it from the segments.
fn heard(bench: &Bench, whole: &Whole, rate: u32) -> Vec<f32> {
    let Timeline { mime, timescale, lead_in, duration, .. } = &whole.timeline;
    let (name, delay) = if mime == "audio/mpeg" { ("joined.mp3", MP3_DELAY) } else { ("joined.mp4", 0) };
    assert_eq!(whole.init.is_empty(), delay > 0);
    assert_eq!(*timescale, rate);
    let path = bench.dir.path().join(name);
    whole.write(&path);
    let samples = decode(&path, rate);
    let from = usize::try_from((lead_in + delay) * 2).expect("small");
    let to = samples.len().min(from + usize::try_from(duration * 2).expect("small"));
    samples[from..to].to_vec()
}

/// Holds the copy against the file itself: every sample, and how many there are.
async fn check(bench: &Bench, path: &Path, rate: u32, mime: &str) -> Timeline {
    let whole = both_ways(bench, path).await;
    assert_eq!(whole.timeline.mime, mime);
    let (ours, reference) = (heard(bench, &whole, rate), decode(path, rate));
    assert_eq!(ours.len() / 2, usize::try_from(whole.timeline.duration).expect("small"));
    // ffmpeg does not cut what an MP4 says is behind the end.
    let behind = reference.len().checked_sub(ours.len()).expect("as long as the file's");
    assert!(behind == 0 || mime != "audio/mpeg" && behind / 2 < 2_048, "{behind} samples are missing");
    assert!(ours == reference[..ours.len()], "samples differ");
    whole.timeline
}

const AAC: &str = "audio/mp4; codecs=\"mp4a.40.2\"";
const OPUS: &str = "audio/mp4; codecs=\"opus\"";

macro_rules! copied {
    ($($name:ident: $file:literal, $rate:literal, $mime:expr, $options:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let bench = bench();
            let path = sweep_file(bench.dir.path(), $file, &$options);
            check(&bench, &path, $rate, $mime).await;
            bench.engine.shutdown().await;
        }
    )*};
}

copied! {
    mp3_of_constant_bit_rate_is_exact: "a.mp3", 44_100, "audio/mpeg", ["-c:a", "libmp3lame", "-b:a", "128k"];
    mp3_of_variable_bit_rate_is_exact: "a.mp3", 48_000, "audio/mpeg", ["-ar", "48000", "-c:a", "libmp3lame", "-q:a", "2"];
    mono_mp3_at_a_low_rate_is_exact: "a.mp3", 24_000, "audio/mpeg", ["-ar", "24000", "-ac", "1", "-c:a", "libmp3lame", "-b:a", "64k"];
    mp3_of_version_2_5_is_exact: "a.mp3", 11_025, "audio/mpeg", ["-ar", "11025", "-c:a", "libmp3lame", "-b:a", "32k"];
    aac_in_mp4_is_exact: "a.m4a", 44_100, AAC, ["-c:a", "aac", "-b:a", "128k"];
    mono_aac_in_mp4_is_exact: "a.m4a", 48_000, AAC, ["-ar", "48000", "-ac", "1", "-c:a", "aac"];
    aac_in_fragments_is_exact: "a.m4a", 44_100, AAC, ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-frag_duration", "1000000"];
    aac_in_adts_is_exact: "a.aac", 44_100, AAC, ["-c:a", "aac"];
    opus_in_ogg_is_exact: "a.opus", 48_000, OPUS, ["-c:a", "libopus", "-b:a", "128k"];
    opus_of_long_packets_is_exact: "a.opus", 48_000, OPUS, ["-c:a", "libopus", "-frame_duration", "60"];
    mono_opus_of_short_packets_is_exact: "a.opus", 48_000, OPUS, ["-c:a", "libopus", "-ac", "1", "-frame_duration", "2.5"];
    opus_in_mp4_is_exact: "a.mp4", 48_000, OPUS, ["-c:a", "libopus"];
}

#[tokio::test]
async fn an_mp3_without_a_tag_plays_all_that_it_decodes_to() {
    let bench = bench();
    let path = sweep_file(bench.dir.path(), "a.mp3", &["-c:a", "libmp3lame", "-q:a", "4", "-write_xing", "0"]);
    let whole = both_ways(&bench, &path).await;
    let (ours, reference) = (heard(&bench, &whole, 44_100), decode(&path, 44_100));
    let delay = usize::try_from(MP3_DELAY * 2).expect("small");
    assert_eq!(whole.timeline.lead_in, 0);
    assert!(ours == reference[delay..], "samples differ");
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn sound_is_as_long_as_what_was_encoded() {
    let bench = bench();
    for (name, options, rate) in [
        ("a.mp3", &["-c:a", "libmp3lame"][..], 44_100),
        ("a.m4a", &["-c:a", "aac"], 44_100),
        ("b.m4a", &["-c:a", "aac", "-movflags", "frag_keyframe+delay_moov", "-frag_duration", "1000000"], 44_100),
        ("a.opus", &["-c:a", "libopus"], 48_000),
    ] {
        let path = sweep_file(bench.dir.path(), name, options);
        let (timeline, _) = init(&bench.engine, session(1), &source(&path, MediaKind::Audio), COPY).await.expect("an init");
        // Of samples that became more at another rate, the last may be left out or not.
        let exact = 498_333.0 * f64::from(rate) / 44_100.0;
        assert!((timeline.duration as f64 - exact).abs() < 1.0, "{name}: {} for {exact}", timeline.duration);
    }
    bench.engine.shutdown().await;
}

/// The small rate's frames, told to be half of what is heard: a decoder doubles their rate, with or without more to add.
#[tokio::test]
async fn aac_that_says_it_is_high_efficiency_has_the_rate_that_is_heard() {
    let bench = bench();
    let plain = sweep_file(bench.dir.path(), "plain.m4a", &["-ar", "22050", "-c:a", "aac"]);
    let mut bytes = std::fs::read(&plain).expect("there");
    let told = bytes.windows(5).position(|window| window == [0x13, 0x90, 0x56, 0xe5, 0x00]).expect("its configuration");
    bytes[told + 4] = 0xa0;
    let path = bench.dir.path().join("he.m4a");
    std::fs::write(&path, bytes).expect("written");
    check(&bench, &path, 44_100, "audio/mp4; codecs=\"mp4a.40.5\"").await;
    bench.engine.shutdown().await;
}

/// A video with two sounds: tones of 400 and 1000 Hz.
fn two_sounds(dir: &Path) -> PathBuf {
    let path = dir.join("two.mp4");
    let tone = |hertz: u32| format!("sine=frequency={hertz}:sample_rate=48000:duration=6");
    let (low, high) = (tone(400), tone(1_000));
    let inputs = ["-f", "lavfi", "-i", "testsrc=s=64x64:r=10:d=6", "-f", "lavfi", "-i", &low, "-f", "lavfi", "-i", &high];
    let output = ["-map", "0", "-map", "1", "-map", "2", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    ffmpeg(&[&inputs[..], &output, &[path.to_str().expect("UTF-8")]].concat());
    path
}

#[tokio::test]
async fn each_sound_of_a_video_is_asked_for_by_its_number() {
    let bench = bench();
    let path = two_sounds(bench.dir.path());
    let source = source(&path, MediaKind::Video);
    let wanted = |stream: u8| Wanted { session: session(1), source: source.clone(), encoding: Encoding { stream, rendition: COPY } };
    for stream in 0..2u8 {
        let (timeline, init) = bench.engine.init(wanted(stream)).await.expect("an init");
        let mut segments = Vec::new();
        for index in 0..timeline.segment_count() {
            let made = bench.engine.segment(wanted(stream), index, Some(Duration::ZERO)).await.expect("a segment");
            segments.push(made.whole().await.expect("all of it"));
        }
        let alone = bench.dir.path().join("alone.m4a");
        let map = format!("0:a:{stream}");
        ffmpeg(&["-i", path.to_str().expect("UTF-8"), "-map", &map, "-c", "copy", alone.to_str().expect("UTF-8")]);
        let ours = heard(&bench, &Whole { timeline, init, segments }, 48_000);
        assert_eq!(ours.len(), 6 * 48_000 * 2);
        assert!(ours == decode(&alone, 48_000)[..ours.len()], "sound {stream}");
    }
    assert!(matches!(bench.engine.init(wanted(2)).await, Err(MediaError::NotFound { .. })));
    bench.engine.shutdown().await;
}

/// A row of numbers that looks random and is the same each time (Knuth's constants for a linear congruential generator).
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(seed), |last| Some(last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)))
        .skip(1)
        .map(|number| number >> 33)
}

#[tokio::test]
async fn two_hundred_seeks_give_the_same_bytes_as_playing_through() {
    // Nothing is cached: every segment is made when it is asked for.
    let bench = bench_with(1, Duration::from_secs(20));
    let dir = bench.dir.path();
    let long = format!("{SWEEP},aloop=loop=5:size=498333");
    for (seed, name, options) in [
        (1, "a.mp3", &["-c:a", "libmp3lame", "-q:a", "2"][..]),
        (2, "a.m4a", &["-c:a", "aac"]),
        (3, "a.opus", &["-c:a", "libopus"]),
        (4, "a.aac", &["-c:a", "aac"]),
    ] {
        let path = dir.join(name);
        ffmpeg(&[&["-f", "lavfi", "-i", &long], options, &[path.to_str().expect("UTF-8")]].concat());
        let whole = fetch(&bench.engine, &source(&path, MediaKind::Audio), COPY, false).await;
        let track = source(&path, MediaKind::Audio);
        for number in numbers(seed).take(50) {
            let index = u32::try_from(number % u64::from(whole.timeline.segment_count())).expect("few");
            let made = segment(&bench.engine, session(2), &track, COPY, index).await.expect("a segment");
            assert!(made == whole.segments[index as usize], "{name}: segment {index}");
        }
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn files_that_are_cut_spoilt_or_something_else_play_on_or_are_refused() {
    let bench = bench();
    let dir = bench.dir.path();
    let files = [
        sweep_file(dir, "a.mp3", &["-c:a", "libmp3lame", "-b:a", "128k"]),
        sweep_file(dir, "a.m4a", &["-c:a", "aac"]),
        sweep_file(dir, "a.opus", &["-c:a", "libopus"]),
        sweep_file(dir, "a.aac", &["-c:a", "aac"]),
    ];
    for path in &files {
        let bytes = std::fs::read(path).expect("there");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let middle = bytes.len() / 2;
        let holed = [&bytes[..middle], &vec![0xff; 3_000], &bytes[middle + 3_000..]].concat();
        let doubled = [&bytes[..], &bytes].concat();
        for (what, bytes) in [("cut", bytes[..middle].to_vec()), ("holed", holed), ("doubled", doubled), ("one", bytes[..1].to_vec())] {
            let spoilt = dir.join(format!("{what}-{name}"));
            std::fs::write(&spoilt, bytes).expect("written");
            let track = source(&spoilt, MediaKind::Audio);
            let Ok((timeline, _)) = init(&bench.engine, session(1), &track, COPY).await else { continue };
            assert!(what != "one", "{name}");
            for index in 0..timeline.segment_count() {
                segment(&bench.engine, session(1), &track, COPY, index).await.expect("a segment");
            }
        }
    }
    let plain = sweep_file(dir, "a.wav", &[]);
    let refused = init(&bench.engine, session(1), &source(&plain, MediaKind::Audio), COPY).await;
    assert!(matches!(refused, Err(MediaError::NotFound { .. })), "{refused:?}");
    bench.engine.shutdown().await;
}
