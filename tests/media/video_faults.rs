//! Films that are not what they say: an error for people, soon, or what can still be shown.

use std::path::{Path, PathBuf};

use iroam::host::media::{Engine, MediaError};
use iroam::protocol::Rendition;

use crate::kit::{BOUND, bench, ffmpeg, init, session};
use crate::video_kit::{HEIGHT, Pictures, WIDTH, film, numbered, played, video};

const RUNG: Rendition = Rendition::H264P240;
const FILM: &[&str] = &["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "25"];

async fn refused(engine: &Engine, path: &Path) -> MediaError {
    let source = video(path);
    let asked = tokio::time::timeout(BOUND, init(engine, session(3), &source, RUNG));
    asked.await.expect("it is answered").expect_err("it is refused")
}

fn written(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

#[tokio::test]
async fn what_has_no_pictures_is_refused_in_plain_words() {
    let bench = bench();
    let dir = bench.dir.path();
    let sound = film(dir, "sound.mp4", "sine=duration=1", &["-c:a", "aac"]);
    let noise: Vec<u8> = (0u32..200_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 23) as u8).collect();
    let whole = std::fs::read(film(dir, "whole.mp4", &numbered("25", "1"), FILM)).expect("there");
    // The index of this one is at its end.
    for path in [sound, written(dir, "noise.mkv", &noise), written(dir, "cut.mp4", &whole[..whole.len() / 2])] {
        let error = refused(&bench.engine, &path).await;
        let text = error.to_string();
        assert!(matches!(error, MediaError::Unplayable(_)), "{error:?}");
        assert!(!text.contains('/') && text.ends_with('.'), "{text}");
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn an_absurd_size_is_refused_before_it_costs_anything() {
    let bench = bench();
    let dir = bench.dir.path();
    let path = film(dir, "huge.avi", &numbered("25", "0.4"), &["-c:v", "wmv2"]);
    let mut bytes = std::fs::read(&path).expect("there");
    // BITMAPINFOHEADER of the stream's format: size 40, then width and height.
    let at = bytes.windows(4).position(|four| four == b"strf").expect("a format") + 12;
    bytes[at..at + 4].copy_from_slice(&100_000u32.to_le_bytes());
    bytes[at + 4..at + 8].copy_from_slice(&100_000u32.to_le_bytes());
    let error = refused(&bench.engine, &written(dir, "absurd.avi", &bytes)).await;
    assert!(matches!(error, MediaError::Unplayable(_)), "{error:?}");
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_damaged_or_cut_film_goes_on_with_what_can_be_shown() {
    let bench = bench();
    let dir = bench.dir.path();
    let whole = std::fs::read(film(dir, "whole.mkv", &numbered("25", "4"), FILM)).expect("there");
    let cut = written(dir, "cut.mkv", &whole[..whole.len() * 6 / 10]);
    let mut spoilt = whole.clone();
    let (from, to) = (whole.len() * 45 / 100, whole.len() * 55 / 100);
    spoilt[from..to].iter_mut().enumerate().for_each(|(at, byte)| *byte = (at * 37) as u8);
    for path in [cut, written(dir, "spoilt.mkv", &spoilt)] {
        let (whole, joined) = tokio::time::timeout(4 * BOUND, played(&bench.engine, &path, RUNG)).await.expect("it ends");
        // Spoilt pictures may be whatever; those of the first second are right, and there is one for each moment.
        let numbers = Pictures::of(&joined, WIDTH, HEIGHT).numbers();
        assert_eq!(numbers[..25], (0..25).collect::<Vec<_>>());
        let tick = u64::from(whole.timeline.timescale) / 25;
        assert_eq!(numbers.len() as u64, whole.timeline.duration.div_ceil(tick));
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_film_without_a_length_or_of_one_picture_is_played() {
    let bench = bench();
    let dir = bench.dir.path();
    let timed = film(dir, "timed.mkv", &numbered("25", "4"), FILM);
    let live = dir.join("live.mkv");
    ffmpeg(&["-i", timed.to_str().expect("UTF-8"), "-c", "copy", "-f", "matroska", "-live", "1", live.to_str().expect("UTF-8")]);
    let (_, joined) = played(&bench.engine, &live, RUNG).await;
    assert_eq!(Pictures::of(&joined, WIDTH, HEIGHT).numbers(), (0..100).collect::<Vec<_>>());
    let one = film(dir, "one.mp4", &numbered("25", "1"), &["-frames:v", "1", "-c:v", "libx264"]);
    let (_, joined) = played(&bench.engine, &one, RUNG).await;
    assert_eq!(Pictures::of(&joined, WIDTH, HEIGHT).numbers(), [0]);
    // Sound that goes on after the last picture: it stands still.
    let short = dir.join("short.mp4");
    let (pictures, target) = (film(dir, "pictures.mp4", &numbered("25", "2"), FILM), short.to_str().expect("UTF-8"));
    let sound = ["-f", "lavfi", "-i", "sine=duration=5", "-c:v", "copy", "-c:a", "aac", target];
    ffmpeg(&[&["-i", pictures.to_str().expect("UTF-8")][..], &sound].concat());
    let (whole, joined) = played(&bench.engine, &short, RUNG).await;
    assert!((whole.timeline.duration as f64 / f64::from(whole.timeline.timescale) - 5.0).abs() < 0.1);
    let numbers = Pictures::of(&joined, WIDTH, HEIGHT).numbers();
    assert_eq!(numbers[..50], (0..50).collect::<Vec<_>>());
    assert!(numbers.len() > 120 && numbers[50..].iter().all(|number| *number == 49), "{numbers:?}");
    bench.engine.shutdown().await;
}
