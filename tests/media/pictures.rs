//! Pictures are passed through: frame for frame those of the source, at the same moments.

use std::path::{Path, PathBuf};

use iroam::host::media::streams;
use iroam::protocol::{MediaKind, Rendition};
use mp4_atom::{Decode, Moof};

use crate::kit::{bench, best_lag, decode, fetch, ffmpeg, likeness, source};

const TEST_PICTURES: &str = "testsrc2=size=320x180:rate=25:duration=12.2";
const TONES: &str = "aevalsrc='0.2*sin(2*PI*443*t)+0.2*sin(2*PI*1009*t)|0.2*sin(2*PI*587*t)+0.2*sin(2*PI*(1500*t+61*t*t))':s=44100:d=12.2";

fn film(dir: &Path, name: &str, options: &[&str]) -> PathBuf {
    let path = dir.join(name);
    let target = path.to_str().expect("UTF-8").to_owned();
    let inputs = ["-f", "lavfi", "-i", TEST_PICTURES, "-f", "lavfi", "-i", TONES, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    ffmpeg(&[&inputs, options, &[target.as_str()]].concat());
    path
}

/// Presentation time in seconds and MD5 of each picture, by ffmpeg.
pub fn pictures(path: &Path) -> Vec<(f64, String)> {
    let args = ["-i", path.to_str().expect("UTF-8"), "-map", "0:v:0", "-fps_mode", "passthrough", "-copyts", "-f", "framemd5", "-"];
    let text = String::from_utf8(ffmpeg(&args).stdout).expect("text");
    let base = text.lines().find_map(|line| line.strip_prefix("#tb 0: ")).expect("a time base");
    let (numerator, denominator) = base.split_once('/').expect("a fraction");
    let tick: f64 = numerator.parse::<f64>().expect("a number") / denominator.parse::<f64>().expect("a number");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        (cells[2].parse::<f64>().expect("a time") * tick, cells[5].to_owned())
    };
    text.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

/// Earliest presentation time in a segment, ticks, by its boxes.
pub fn first_shown(segment: &[u8]) -> i64 {
    let moof = Moof::decode(&mut &segment[..]).expect("a moof");
    let mut decode_time = i64::try_from(moof.traf[0].tfdt.as_ref().expect("a tfdt").base_media_decode_time).expect("small");
    let mut earliest = i64::MAX;
    for sample in moof.traf[0].trun[0].samples.iter() {
        earliest = earliest.min(decode_time + sample.cts.unwrap_or(0));
        decode_time += i64::from(sample.duration.expect("every sample has one"));
    }
    earliest
}

async fn check_pictures(name: &str, options: &[&str]) {
    let bench = bench();
    let path = film(bench.dir.path(), name, options);
    let whole = fetch(&bench.engine, &source(&path, MediaKind::Video), Rendition::VideoCopy, false).await;
    let reversed = fetch(&bench.engine, &source(&path, MediaKind::Video), Rendition::VideoCopy, true).await;
    assert!(whole.segments == reversed.segments && whole.segments.len() > 2, "{name}: {} segments", whole.segments.len());
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let (shown, reference) = (pictures(&joined), pictures(&path));
    assert_eq!(reference.len(), 305, "{name}");
    assert_eq!(first_shown(&whole.segments[0]), i64::try_from(whole.timeline.lead_in).expect("small"), "{name}");
    // ffmpeg moves a fragmented track with negative composition offsets as a whole, so times are compared from the first picture on.
    let (start, wanted_start) = (shown[0].0, reference[0].0);
    assert_eq!(shown.len(), reference.len(), "{name}");
    for ((at, picture), (wanted_at, wanted)) in shown.iter().zip(&reference) {
        assert_eq!(picture, wanted, "{name}: the picture at {wanted_at} s");
        assert!((at - start - (wanted_at - wanted_start)).abs() < 0.001, "{name}: shown at {at} s, not at {wanted_at} s");
    }
    let duration = whole.timeline.duration as f64 / f64::from(whole.timeline.timescale);
    assert!((duration - 12.2).abs() < 0.001, "{name}: {duration} s");
    // Each segment begins where a decoder can begin: alone with the init it shows its own first picture.
    let alone = bench.dir.path().join("alone.mp4");
    std::fs::write(&alone, [&whole.init[..], &whole.segments[2][..]].concat()).expect("written");
    let first = pictures(&alone).remove(0).1;
    assert!(reference.iter().any(|(_, picture)| *picture == first), "{name}: segment 2 decodes by itself");
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn h264_with_reordered_pictures_is_passed_through() {
    check_pictures("a.mp4", &["-g", "25", "-bf", "3"]).await;
}

#[tokio::test]
async fn h264_without_reordering_is_passed_through() {
    check_pictures("a.mp4", &["-g", "50", "-bf", "0", "-movflags", "+faststart"]).await;
}

#[tokio::test]
async fn h264_with_open_groups_and_large_offsets_is_passed_through() {
    check_pictures("a.mp4", &["-g", "25", "-bf", "2", "-x264-params", "open-gop=0:b-pyramid=strict", "-video_track_timescale", "90000"])
        .await;
}

#[tokio::test]
async fn a_film_trimmed_in_the_midst_of_a_group_shows_its_pictures_in_time() {
    let bench = bench();
    let whole_film = film(bench.dir.path(), "a.mp4", &["-g", "50", "-bf", "2"]);
    let path = bench.dir.path().join("trimmed.mp4");
    let (from, to) = (whole_film.to_str().expect("UTF-8"), path.to_str().expect("UTF-8"));
    ffmpeg(&["-ss", "3.28", "-i", from, "-c", "copy", to]);
    let whole = fetch(&bench.engine, &source(&path, MediaKind::Video), Rendition::VideoCopy, false).await;
    assert_eq!((whole.timeline.lead_in, first_shown(&whole.segments[0])), (0, 0));
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let (shown, reference) = (pictures(&joined), pictures(&path));
    let hidden = shown.len() - reference.len();
    assert!(hidden > 10, "the cut is in the midst of a group");
    // The pictures before the cut are over in a moment; those after it are the source's, in the source's time.
    assert!(shown[hidden].0 - shown[0].0 < 0.01, "they take {} s", shown[hidden].0 - shown[0].0);
    for ((at, picture), (wanted_at, wanted)) in shown[hidden..].iter().zip(&reference) {
        assert_eq!(picture, wanted, "the picture at {wanted_at} s");
        assert!((at - shown[hidden].0 - (wanted_at - reference[0].0)).abs() < 0.001, "shown at {at} s, not at {wanted_at} s");
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_films_sound_lies_where_its_pictures_do() {
    let bench = bench();
    let path = film(bench.dir.path(), "a.mp4", &["-g", "25"]);
    for rendition in [Rendition::Opus160, Rendition::Aac256] {
        let whole = fetch(&bench.engine, &source(&path, MediaKind::Video), rendition, false).await;
        let joined = bench.dir.path().join("joined.mp4");
        whole.write(&joined);
        let heard = decode(&joined, whole.timeline.timescale);
        let reference = decode(&path, whole.timeline.timescale);
        let lead_in = usize::try_from(whole.timeline.lead_in).expect("small") * 2;
        for place in [5_000, 200_000, 500_000] {
            assert_eq!(best_lag(&reference, &heard[lead_in..], place), 0, "{}", rendition.name());
            assert!(likeness(&reference, &heard[lead_in..], place, 2_000, 0) > 15.0, "{}", rendition.name());
        }
    }
    bench.engine.shutdown().await;
}

#[test]
fn pictures_of_other_codecs_are_told_but_not_copied() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let path = film(dir.path(), "a.mp4", &[]);
    let silent = dir.path().join("b.mp4");
    ffmpeg(&["-i", path.to_str().expect("UTF-8"), "-an", "-c:v", "mpeg4", silent.to_str().expect("UTF-8")]);
    let facts = streams::facts(&silent).expect("readable").expect("an MP4");
    let picture = &facts.pictures[0].source;
    assert_eq!((picture.codec.as_str(), &picture.mime, picture.width, picture.height), ("MPEG-4", &None, 320, 180));
    assert!(facts.sounds.is_empty() && facts.duration_ms == 12_200, "{facts:?}");
}
