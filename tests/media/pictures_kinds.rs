//! Pictures of every kind that browsers play pass through from every container: frame for frame those of the source, at their moments.

use std::path::{Path, PathBuf};

use iroam::host::media::streams;
use iroam::protocol::{MediaKind, Rendition};

use crate::kit::{bench, fetch, ffmpeg, source};
use crate::pictures::{first_shown, pictures};

const TEST_PICTURES: &str = "testsrc2=size=160x90:rate=25:duration=7.2";

pub const H264: &[&str] = &["-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "3"];
/// Open groups: after each key frame come pictures that are shown before it.
pub const HEVC: &[&str] =
    &["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=30:min-keyint=30:bframes=3:open-gop=1"];
pub const VP9: &[&str] = &["-c:v", "libvpx-vp9", "-deadline", "good", "-cpu-used", "8", "-g", "30", "-b:v", "200k"];
pub const AV1: &[&str] = &["-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-g", "30", "-b:v", "200k"];

/// A film of 180 pictures without sound.
pub fn film(dir: &Path, name: &str, options: &[&str]) -> PathBuf {
    let path = dir.join(name);
    let inputs = ["-f", "lavfi", "-i", TEST_PICTURES, "-pix_fmt", "yuv420p"];
    ffmpeg(&[&inputs, options, &[path.to_str().expect("UTF-8")]].concat());
    path
}

/// Passes a film through and compares each picture with the source's. `mime` is how its type begins.
async fn check(name: &str, options: &[&str], mime: &str) {
    let bench = bench();
    let path = film(bench.dir.path(), name, options);
    check_file(&bench, &path, mime).await;
    bench.engine.shutdown().await;
}

pub async fn check_file(bench: &crate::kit::Bench, path: &Path, mime: &str) {
    let name = path.display();
    let whole = fetch(&bench.engine, &source(path, MediaKind::Video), Rendition::VideoCopy, false).await;
    let reversed = fetch(&bench.engine, &source(path, MediaKind::Video), Rendition::VideoCopy, true).await;
    assert!(whole.segments == reversed.segments && whole.segments.len() > 2, "{name}: {} segments", whole.segments.len());
    assert!(whole.timeline.mime.starts_with(mime), "{name}: {}", whole.timeline.mime);
    let facts = streams::facts(path).expect("readable").expect("a container");
    assert_eq!(facts.pictures[0].source.mime.as_ref(), Some(&whole.timeline.mime), "{name}");
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let (shown, reference) = (pictures(&joined), pictures(path));
    assert_eq!(shown.len(), reference.len(), "{name}");
    // ffmpeg moves a fragmented track with negative composition offsets as a whole, so times are compared from the first picture on.
    let (start, wanted_start) = (shown[0].0, reference[0].0);
    for ((at, picture), (wanted_at, wanted)) in shown.iter().zip(&reference) {
        assert_eq!(picture, wanted, "{name}: the picture at {wanted_at} s");
        assert!((at - start - (wanted_at - wanted_start)).abs() < 0.0016, "{name}: shown at {at} s, not at {wanted_at} s");
    }
    let first = first_shown(&whole.segments[0]) as f64 / f64::from(whole.timeline.timescale);
    // Matroska has no time but that of its first frame; in MP4 content may begin before its pictures.
    let begins = if is_matroska(path) { 0.0 } else { wanted_start };
    assert!((first - begins).abs() < 0.0016, "{name}: begins at {first} s, not at {begins} s");
}

fn is_matroska(path: &Path) -> bool {
    streams::Container::of(path) == Ok(Some(streams::Container::Matroska))
}

#[tokio::test]
async fn hevc_of_an_mp4_passes_through() {
    check("a.mp4", &[HEVC, &["-tag:v", "hvc1"]].concat(), "video/mp4; codecs=\"hvc1.1.6.L").await;
}

#[tokio::test]
async fn hevc_with_parameters_in_its_stream_passes_through() {
    check("a.mp4", &[HEVC, &["-tag:v", "hev1"]].concat(), "video/mp4; codecs=\"hev1.1.6.L").await;
}

#[tokio::test]
async fn vp9_of_an_mp4_passes_through() {
    check("a.mp4", VP9, "video/mp4; codecs=\"vp09.00.1").await;
}

#[tokio::test]
async fn av1_of_an_mp4_passes_through() {
    check("a.mp4", AV1, "video/mp4; codecs=\"av01.0.0").await;
}

#[tokio::test]
async fn h264_of_a_quicktime_file_passes_through() {
    check("a.mov", H264, "video/mp4; codecs=\"avc1.").await;
}

#[tokio::test]
async fn a_fragmented_file_passes_through() {
    check("a.mp4", &[H264, &["-movflags", "+frag_keyframe+empty_moov+default_base_moof"]].concat(), "video/mp4; codecs=\"avc1.").await;
}

#[tokio::test]
async fn a_fragmented_file_with_delayed_pictures_passes_through() {
    check("a.mp4", &[H264, &["-movflags", "+frag_keyframe+delay_moov", "-frag_duration", "700000"]].concat(), "video/mp4; codecs=\"avc1.")
        .await;
}

#[tokio::test]
async fn h264_of_a_matroska_file_passes_through() {
    check("a.mkv", H264, "video/mp4; codecs=\"avc1.").await;
}

#[tokio::test]
async fn hevc_of_a_matroska_file_passes_through() {
    check("a.mkv", HEVC, "video/mp4; codecs=\"hvc1.1.6.L").await;
}

#[tokio::test]
async fn vp9_of_a_webm_file_passes_through() {
    check("a.webm", VP9, "video/mp4; codecs=\"vp09.00.1").await;
}

#[tokio::test]
async fn av1_of_a_matroska_file_passes_through() {
    check("a.mkv", AV1, "video/mp4; codecs=\"av01.0.0").await;
}

#[tokio::test]
async fn ntsc_pictures_lie_on_their_exact_grid() {
    check("a.mkv", &[&["-r", "24000/1001"], H264].concat(), "video/mp4; codecs=\"avc1.").await;
}

/// As a program writes that cannot go back in what it wrote: without Cues, and clusters of unknown length.
#[tokio::test]
async fn a_live_recording_without_cues_passes_through() {
    check("a.webm", &[VP9, &["-f", "webm", "-live", "1", "-cluster_time_limit", "1000"]].concat(), "video/mp4; codecs=\"vp09.").await;
}

/// Every third picture is missing: what is left keeps its moments.
#[tokio::test]
async fn pictures_at_a_changing_rate_keep_their_moments() {
    for (name, container) in [("a.mp4", H264), ("a.mkv", H264)] {
        let uneven = ["-vf", "select='mod(n,3)'", "-fps_mode", "vfr"];
        let bench = bench();
        let path = film(bench.dir.path(), name, &[&uneven, container].concat());
        check_file(&bench, &path, "video/mp4; codecs=\"avc1.").await;
        bench.engine.shutdown().await;
    }
}

/// H.264 with open groups, whose key frames are followed by pictures that are shown before them.
#[tokio::test]
async fn open_groups_keep_their_order() {
    for name in ["a.mp4", "a.mkv"] {
        let bench = bench();
        let open =
            ["-c:v", "libx264", "-preset", "veryfast", "-x264-params", "keyint=25:min-keyint=25:bframes=3:b-adapt=0:open-gop=1:scenecut=0"];
        let path = film(bench.dir.path(), name, &open);
        check_file(&bench, &path, "video/mp4; codecs=\"avc1.").await;
        bench.engine.shutdown().await;
    }
}
