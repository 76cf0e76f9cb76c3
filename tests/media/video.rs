//! Any film as H.264: each picture is the one that the source shows then.

use std::path::Path;

use iroam::protocol::Rendition;

use crate::kit::{Bench, bench, ffmpeg};
use crate::video_kit::{HEIGHT, Pictures, WIDTH, film, numbered, played, psnr};

const COUNT: usize = 80;
/// Least likeness of a picture to the source's own, dB, by a codec that itself costs some.
const LIKE: f64 = 38.0;

/// A file's pictures in the smallest rung are those of ffmpeg's, each once, in time. `lead`: how many frames its first picture stands
/// still for, because its clock begins before.
async fn check(bench: &Bench, path: &Path, lead: std::ops::RangeInclusive<usize>) {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let (_, joined) = played(&bench.engine, path, Rendition::H264P240).await;
    let (ours, theirs) = (Pictures::of(&joined, WIDTH, HEIGHT), Pictures::of(path, WIDTH, HEIGHT));
    assert_eq!(theirs.numbers(), (0..COUNT).collect::<Vec<_>>(), "{name}: the source itself");
    let numbers = ours.numbers();
    let stands = numbers.iter().take_while(|number| **number == 0).count() - 1;
    assert!(lead.contains(&stands), "{name}: {stands}");
    assert_eq!(numbers[stands..], (0..COUNT).collect::<Vec<_>>(), "{name}");
    let least = (0..COUNT).map(|at| psnr(ours.picture(stands + at), theirs.picture(at))).fold(f64::MAX, f64::min);
    assert!(least > LIKE, "{name}: {least:.1} dB");
    println!("{name}: {least:.1} dB");
}

/// Name, options of ffmpeg, and how long the first picture may stand still.
type Format = (&'static str, &'static [&'static str], std::ops::RangeInclusive<usize>);

async fn check_all(formats: &[Format]) {
    let bench = bench();
    let master = film(bench.dir.path(), "master.mkv", &numbered("25", "3.2"), &["-c:v", "ffv1"]);
    for (name, options, lead) in formats {
        let path = bench.dir.path().join(name);
        ffmpeg(&[&["-i", master.to_str().expect("UTF-8")], *options, &[path.to_str().expect("UTF-8")]].concat());
        check(&bench, &path, lead.clone()).await;
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn h264_in_every_container_is_shown_frame_by_frame() {
    let options: &[&str] = &["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "40"];
    check_all(&[
        ("a.mp4", options, 0..=0),
        ("a.mov", options, 0..=0),
        ("a.mkv", options, 0..=0),
        ("a.avi", &["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "40"], 0..=0),
        // The delay of reordering.
        ("a.flv", options, 2..=2),
        ("a.ts", options, 0..=0),
    ])
    .await;
}

#[tokio::test]
async fn newer_codecs_are_shown_frame_by_frame() {
    let x265: &[&str] = &["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"];
    let av1: &[&str] = &["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-b:v", "2M"];
    check_all(&[
        ("hevc.mp4", x265, 0..=0),
        ("hevc.mkv", x265, 0..=0),
        ("vp8.webm", &["-c:v", "libvpx", "-b:v", "2M", "-deadline", "realtime", "-cpu-used", "8"], 0..=0),
        ("vp9.webm", &["-c:v", "libvpx-vp9", "-b:v", "2M", "-deadline", "realtime", "-cpu-used", "8"], 0..=0),
        ("av1.mp4", av1, 0..=0),
        ("av1.webm", av1, 0..=0),
    ])
    .await;
}

#[tokio::test]
async fn older_codecs_are_shown_frame_by_frame() {
    check_all(&[
        ("mpeg2.ts", &["-c:v", "mpeg2video", "-b:v", "4M", "-bf", "2"], 0..=0),
        ("mpeg2.mpg", &["-c:v", "mpeg2video", "-b:v", "4M", "-bf", "2", "-f", "vob"], 1..=25),
        ("mpeg4.avi", &["-c:v", "mpeg4", "-b:v", "4M"], 0..=0),
        ("mpeg4.mp4", &["-c:v", "mpeg4", "-b:v", "4M", "-bf", "2"], 0..=0),
        ("wmv2.wmv", &["-c:v", "wmv2", "-b:v", "4M"], 0..=0),
        ("theora.ogv", &["-c:v", "libtheora", "-b:v", "4M"], 0..=0),
        ("mjpeg.avi", &["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p"], 0..=0),
    ])
    .await;
}
