//! Seeks, rates, channels and the choice among a file's sounds.

use std::path::Path;

use iroam::host::media::{Encoding, Wanted};
use iroam::protocol::{MediaKind, Rendition};

use crate::kit::{bench, best_lag, decode, fetch, ffmpeg, integers, likeness, segment, session, source, sweep_file};

/// Numbers that look random and are the same each time.
fn row_of(seed: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(seed), |state| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)))
        .skip(1)
        .map(|state| state >> 33)
}

/// The whole in order is the source, and each segment that is asked for out of order has the same bytes.
async fn check_seeks(name: &str, options: &[&str], seed: u64) {
    let bench = bench();
    let path = sweep_file(bench.dir.path(), name, &[options, &["-af", "aloop=loop=2:size=498333"]].concat());
    let whole = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::Aac256, false).await;
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let (heard, reference) = (decode(&joined, 44_100), decode(&path, 44_100));
    let heard = &heard[usize::try_from(whole.timeline.lead_in).expect("small") * 2..];
    let count = whole.timeline.segment_count();
    for index in 1..count - 1 {
        let border = usize::try_from(whole.timeline.segment(index).expect("there").0).expect("small");
        assert!(likeness(&reference, heard, border - 1_000, 2_000, 0) > 25.0, "{name}: at the start of segment {index}");
    }
    let again = source(&path, MediaKind::Audio);
    let other = crate::kit::bench_with(1, std::time::Duration::from_secs(20));
    for index in row_of(seed).take(50) {
        let index = u32::try_from(index % u64::from(count)).expect("small");
        let bytes = segment(&other.engine, session(1), &again, Rendition::Aac256, index).await.expect("a segment");
        assert!(bytes == whole.segments[index as usize], "{name}: segment {index} depends on what was asked for before");
    }
    other.engine.shutdown().await;
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn fifty_random_seeks_in_an_mp3_land_on_the_sample() {
    check_seeks("a.mp3", &["-c:a", "libmp3lame", "-q:a", "2"], 1).await;
}

#[tokio::test]
async fn fifty_random_seeks_in_an_ogg_land_on_the_sample() {
    check_seeks("a.ogg", &["-c:a", "libvorbis", "-q:a", "5"], 2).await;
}

#[tokio::test]
async fn fifty_random_seeks_in_an_m4a_land_on_the_sample() {
    check_seeks("a.m4a", &["-c:a", "aac", "-b:a", "192k"], 3).await;
}

#[tokio::test]
async fn fifty_random_seeks_in_a_matroska_land_on_the_sample() {
    check_seeks("a.mka", &["-c:a", "ac3", "-b:a", "320k"], 4).await;
}

async fn check_rate(rate: &str) {
    let bench = bench();
    let path = sweep_file(bench.dir.path(), "a.flac", &["-ar", rate, "-t", "3", "-c:a", "flac", "-sample_fmt", "s16"]);
    for rendition in [Rendition::Opus160, Rendition::Aac256] {
        let whole = fetch(&bench.engine, &source(&path, MediaKind::Audio), rendition, false).await;
        let joined = bench.dir.path().join("joined.mp4");
        whole.write(&joined);
        let (heard, reference) = (decode(&joined, whole.timeline.timescale), decode(&path, whole.timeline.timescale));
        let heard = &heard[usize::try_from(whole.timeline.lead_in).expect("small") * 2..];
        let end = reference.len() / 2;
        for place in [2_000, end / 2, end - 5_000] {
            assert_eq!(best_lag(&reference, heard, place), 0, "{rate} Hz as {}", rendition.name());
            let alike = likeness(&reference, heard, place, 2_000, 0);
            assert!(alike > 20.0, "{rate} Hz as {}: {alike:.1} dB at {place}", rendition.name());
        }
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn rates_from_8_to_192_khz_play() {
    for rate in ["8000", "16000", "22050", "32000", "48000", "88200", "192000"] {
        check_rate(rate).await;
    }
}

/// What ffmpeg makes of many channels, in two, by integers: then its shares sum to 1 as well.
fn downmixed(path: &Path) -> Vec<f32> {
    let out = ffmpeg(&["-i", path.to_str().expect("UTF-8"), "-ac", "2", "-f", "s16le", "-"]).stdout;
    out.chunks_exact(2).map(|two| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32_768.0).collect()
}

async fn check_channels(name: &str, codec: &[&str], layout: &str) {
    let bench = bench();
    let mix = format!("pan={layout}");
    let path = sweep_file(bench.dir.path(), name, &[&["-ar", "48000", "-t", "3", "-af", mix.as_str(), "-c:a"], codec].concat());
    let joined = bench.dir.path().join("joined.mp4");
    let whole = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::Opus160, false).await;
    whole.write(&joined);
    let (heard, reference) = (decode(&joined, 48_000), downmixed(&path));
    let heard = &heard[usize::try_from(whole.timeline.lead_in).expect("small") * 2..];
    for place in [2_000, 60_000, 120_000] {
        assert_eq!(best_lag(&reference, heard, place), 0, "{name}");
        let alike = likeness(&reference, heard, place, 2_000, 0);
        assert!(alike > 20.0, "{name}: {alike:.1} dB at {place}");
    }
    let whole = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::Flac, false).await;
    whole.write(&joined);
    let (heard, reference) = (integers(&joined), integers(&path));
    assert!(heard.len() >= reference.len() && heard[..reference.len()] == reference[..], "{name}: channels are not as they were");
    bench.engine.shutdown().await;
}

const SIX: &str = "5.1|c0=c0|c1=c1|c2=0.5*c0|c3=0.2*c1|c4=0.7*c1|c5=0.6*c0";
const EIGHT: &str = "7.1|c0=c0|c1=c1|c2=0.5*c0|c3=0.2*c1|c4=0.7*c1|c5=0.6*c0|c6=0.3*c0|c7=0.4*c1";

#[tokio::test]
async fn six_and_eight_channels_are_mixed_to_two_as_ffmpeg_does_and_kept_by_flac() {
    check_channels("six.flac", &["flac", "-sample_fmt", "s16"], SIX).await;
    check_channels("six.wav", &["pcm_s16le"], SIX).await;
    check_channels("eight.wav", &["pcm_s16le"], EIGHT).await;
    check_channels("eight.flac", &["flac", "-sample_fmt", "s16"], EIGHT).await;
}

async fn check_second_sound(name: &str, codec: &str) {
    let bench = bench();
    let path = bench.dir.path().join(name);
    let one = sweep_file(bench.dir.path(), "one.wav", &["-ar", "48000", "-t", "3"]);
    let two = sweep_file(bench.dir.path(), "two.wav", &["-ar", "48000", "-t", "3", "-af", "areverse"]);
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let (first, second, target) = (text(&one), text(&two), text(&path));
    ffmpeg(&["-i", &first, "-i", &second, "-map", "0", "-map", "1", "-c:a", codec, "-b:a", "192k", &target]);
    for (stream, alone) in [(0, &one), (1, &two)] {
        let encoding = Encoding { stream, rendition: Rendition::Opus160 };
        let wanted = Wanted { session: session(1), source: source(&path, MediaKind::Audio), encoding };
        let (timeline, init) = bench.engine.init(wanted.clone()).await.expect("an init");
        let mut bytes = init.to_vec();
        for index in 0..2 {
            bytes.extend_from_slice(
                &bench.engine.segment(wanted.clone(), index, None).await.expect("a segment").whole().await.expect("all of it"),
            );
        }
        let joined = bench.dir.path().join("joined.mp4");
        std::fs::write(&joined, bytes).expect("written");
        let (heard, reference) = (decode(&joined, 48_000), decode(alone, 48_000));
        let heard = &heard[usize::try_from(timeline.lead_in).expect("small") * 2..];
        // The encoder's delay, which the container may not tell.
        let alike = (0..3_000).step_by(1).map(|lag| likeness(&reference, heard, 40_000, 200, lag)).fold(f64::MIN, f64::max);
        assert!(alike > 15.0, "{name}: sound {stream} is only {alike:.1} dB alike");
    }
    let missing = Wanted {
        session: session(1),
        source: source(&path, MediaKind::Audio),
        encoding: Encoding { stream: 2, rendition: Rendition::Opus160 },
    };
    assert!(bench.engine.init(missing).await.is_err(), "{name}: there is no third sound");
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn the_second_sound_of_a_film_can_be_chosen() {
    check_second_sound("a.mkv", "ac3").await;
    check_second_sound("a.mp4", "aac").await;
    check_second_sound("a.ts", "mp2").await;
}

/// A broadcast's clock begins before all of its streams: sound that begins half a second after the pictures is silent for so long, wherever
/// it is played from.
#[tokio::test]
async fn sound_of_a_broadcast_keeps_its_place_among_the_pictures() {
    let bench = bench();
    let (path, alone) = (bench.dir.path().join("a.ts"), sweep_file(bench.dir.path(), "alone.wav", &["-ar", "48000", "-t", "4"]));
    let (sound, target) = (alone.to_str().expect("UTF-8"), path.to_str().expect("UTF-8"));
    let pictures = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=5"];
    let codecs = ["-c:v", "mpeg2video", "-g", "12", "-bf", "0", "-c:a", "mp2", "-b:a", "256k"];
    ffmpeg(&[&pictures[..], &["-itsoffset", "0.5", "-i", sound, "-map", "0", "-map", "1"], &codecs, &[target]].concat());
    let (heard_of, joined) = (source(&path, MediaKind::Video), bench.dir.path().join("joined.mp4"));
    let whole = fetch(&bench.engine, &heard_of, Rendition::Opus160, false).await;
    whole.write(&joined);
    let (heard, reference) = (decode(&joined, 48_000), decode(&alone, 48_000));
    let heard = &heard[usize::try_from(whole.timeline.lead_in).expect("small") * 2..];
    let late = |place: usize| {
        (23_400..25_200).max_by(|a, b| {
            let score = |lag: &isize| likeness(&reference, heard, place, 300, *lag);
            score(a).total_cmp(&score(b))
        })
    };
    // The encoder's delay of 481 samples is on top of the half second; stamps of 90 kHz are rounded.
    let places = [10_000, 40_000, 90_000, 150_000].map(|place| late(place).expect("a lag"));
    assert!(places.iter().all(|late| late.abs_diff(places[0]) <= 1), "{places:?}");
    assert!(places[0].abs_diff(24_000) <= 600, "{places:?}");
    assert!(heard[..20_000 * 2].iter().all(|sample| sample.abs() < 1e-3), "silent before it begins");
    bench.engine.shutdown().await;
}

/// Zeros and noise in the midst of a file leave its beginning as it was, and no segment hangs.
#[tokio::test]
async fn a_file_that_is_damaged_in_its_midst_begins_as_it_did_and_ends() {
    let bench = bench();
    let codecs: [(&str, &[&str]); 6] = [
        ("a.mp3", &["-c:a", "libmp3lame"]),
        ("a.ogg", &["-c:a", "libvorbis"]),
        ("a.m4a", &["-c:a", "aac"]),
        ("a.wv", &["-c:a", "wavpack"]),
        ("a.mka", &["-c:a", "ac3"]),
        ("a.aac", &["-c:a", "aac"]),
    ];
    for (name, options) in codecs {
        let path = sweep_file(bench.dir.path(), name, options);
        let whole = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::Opus160, false).await;
        let mut bytes = std::fs::read(&path).expect("there");
        let (from, to) = (bytes.len() / 2, bytes.len() / 2 + bytes.len() / 8);
        for (byte, noise) in bytes[from..to].iter_mut().zip(row_of(9)) {
            *byte = noise.to_le_bytes()[0];
        }
        let damaged = bench.dir.path().join(format!("damaged-{name}"));
        std::fs::write(&damaged, bytes).expect("written");
        let damaged = source(&damaged, MediaKind::Audio);
        let first = segment(&bench.engine, session(1), &damaged, Rendition::Opus160, 0).await.expect("the beginning");
        assert!(first == whole.segments[0], "{name}: the beginning is another");
        for index in 1..whole.timeline.segment_count() {
            let made =
                tokio::time::timeout(crate::kit::BOUND, segment(&bench.engine, session(1), &damaged, Rendition::Opus160, index)).await;
            assert!(made.is_ok(), "{name}: segment {index} hangs");
        }
    }
    bench.engine.shutdown().await;
}
