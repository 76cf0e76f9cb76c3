//! Any film as H.264: each picture is the one that the source shows then.

use std::path::Path;

use iroam::protocol::Rendition;

use crate::kit::{Bench, bench, ffmpeg};
use crate::video_kit::{HEIGHT, Pictures, WIDTH, film, numbered, played, psnr};

const COUNT: usize = 80;
/// Least likeness of a picture to the source's own, dB, by a codec that itself costs some.
const LIKE: f64 = 30.0;

/// A file's pictures in the smallest rung are those of ffmpeg's, each once, in time.
async fn check(bench: &Bench, path: &Path) {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let (whole, joined) = played(&bench.engine, path, Rendition::H264P240).await;
    let (ours, theirs) = (Pictures::of(&joined, WIDTH, HEIGHT), Pictures::of(path, WIDTH, HEIGHT));
    println!("{name}: {} {:?} {}", whole.timeline.timescale, whole.timeline.runs, if ours.numbers() == (0..COUNT).collect::<Vec<_>>() { "ok".to_owned() } else { format!("{:?}", ours.numbers()) });
    let least = (0..ours.count().min(theirs.count())).map(|at| psnr(ours.picture(at), theirs.picture(at))).fold(f64::MAX, f64::min);
    println!("   {least:.1} dB theirs {}", theirs.count());
    assert_eq!(theirs.numbers(), (0..COUNT).collect::<Vec<_>>(), "{name}: the source itself");
    assert_eq!(ours.numbers(), theirs.numbers(), "{name}");
    assert!(least > LIKE, "{name}: {least:.1} dB");
}

#[tokio::test]
async fn every_format_is_shown_frame_by_frame() {
    let bench = bench();
    let master = film(bench.dir.path(), "master.mkv", &numbered("25", "3.2"), &["-c:v", "ffv1"]);
    let formats: &[(&str, &[&str])] = &[
        ("h264.mp4", &["-c:v", "libx264", "-bf", "3", "-g", "40"]),
        ("h264.mov", &["-c:v", "libx264", "-bf", "2", "-g", "40"]),
        ("h264.mkv", &["-c:v", "libx264", "-bf", "2", "-g", "40"]),
        ("h264.ts", &["-c:v", "libx264", "-bf", "2", "-g", "40"]),
        ("h264.avi", &["-c:v", "libx264", "-bf", "0", "-g", "40"]),
        ("h264.flv", &["-c:v", "libx264", "-bf", "2", "-g", "40"]),
        ("hevc.mp4", &["-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1"]),
        ("hevc.mkv", &["-c:v", "libx265", "-x265-params", "log-level=none"]),
        ("vp8.webm", &["-c:v", "libvpx", "-b:v", "2M", "-deadline", "realtime"]),
        ("vp9.webm", &["-c:v", "libvpx-vp9", "-b:v", "2M", "-deadline", "realtime", "-cpu-used", "8"]),
        ("av1.mp4", &["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "9", "-b:v", "2M"]),
        ("av1.webm", &["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "9", "-b:v", "2M"]),
        ("mpeg2.ts", &["-c:v", "mpeg2video", "-b:v", "4M", "-bf", "2"]),
        ("mpeg2.mpg", &["-c:v", "mpeg2video", "-b:v", "4M", "-bf", "2", "-f", "vob"]),
        ("mpeg4.avi", &["-c:v", "mpeg4", "-b:v", "4M"]),
        ("mpeg4.mp4", &["-c:v", "mpeg4", "-b:v", "4M", "-bf", "2"]),
        ("wmv2.wmv", &["-c:v", "wmv2", "-b:v", "4M"]),
        ("theora.ogv", &["-c:v", "libtheora", "-b:v", "4M"]),
        ("mjpeg.avi", &["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p"]),
    ];
    let mut failed = Vec::new();
    for (name, options) in formats {
        let path = bench.dir.path().join(name);
        ffmpeg(&[&["-i", master.to_str().expect("UTF-8")], *options, &[path.to_str().expect("UTF-8")]].concat());
        let checked = tokio::time::timeout(std::time::Duration::from_secs(30), check(&bench, &path));
        let bench_ref = futures(checked).await;
        if bench_ref.is_err() { failed.push(*name); }
    }
    assert!(failed.is_empty(), "{failed:?}");
    bench.engine.shutdown().await;
}
async fn futures<F: std::future::Future>(f: F) -> Result<F::Output, ()> {
    let mut f = Box::pin(f);
    std::future::poll_fn(move |cx| {
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f.as_mut().poll(cx))) { Ok(std::task::Poll::Ready(x)) => std::task::Poll::Ready(Ok(x)), Ok(_) => std::task::Poll::Pending, Err(_) => std::task::Poll::Ready(Err(())) }
    }).await
}
