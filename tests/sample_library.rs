//! The sample library, judged by ffprobe and ffmpeg.
#![cfg(feature = "host")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use iroam::host::media::compose::{COLOURS_RGB, TONES_HZ, VIDEO_SECONDS, sample_library};
use serde_json::Value;

fn media_files(dir: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = walkdir::WalkDir::new(dir)
        .into_iter()
        .map(|entry| entry.expect("the library can be listed").into_path())
        .filter(|path| path.is_file() && path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')))
        .collect();
    out.sort();
    out
}

fn output(program: &str, args: &[&str]) -> Vec<u8> {
    let done = Command::new(program).args(args).output().unwrap_or_else(|error| panic!("{program} must be installed: {error}"));
    assert!(done.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

fn probe(path: &Path) -> Value {
    let text = output("ffprobe", &["-v", "error", "-of", "json", "-show_format", "-show_streams", path.to_str().expect("plain names")]);
    serde_json::from_slice(&text).expect("ffprobe writes JSON")
}

/// Tag `name` of the file, wherever its container keeps it, whatever its case.
fn tag(probed: &Value, name: &str) -> Option<String> {
    let stream_tags = probed["streams"].as_array().into_iter().flatten().map(|stream| &stream["tags"]);
    std::iter::once(&probed["format"]["tags"]).chain(stream_tags).find_map(|tags| {
        let (_, value) = tags.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        value.as_str().map(str::to_owned)
    })
}

fn codecs(probed: &Value) -> Vec<&str> {
    probed["streams"].as_array().expect("streams").iter().filter_map(|stream| stream["codec_name"].as_str()).collect()
}

fn seconds(probed: &Value) -> f64 {
    probed["format"]["duration"].as_str().and_then(|text| text.parse().ok()).expect("a duration")
}

/// Left channel as samples.
fn decode(path: &Path, rate_hz: u32) -> Vec<i16> {
    let rate = rate_hz.to_string();
    let path = path.to_str().expect("plain names");
    let raw = output("ffmpeg", &["-v", "error", "-i", path, "-map", "0:a", "-af", "pan=mono|c0=c0", "-ar", &rate, "-f", "s16le", "-"]);
    raw.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

#[test]
fn composes_the_whole_library_once() {
    let home = tempfile::tempdir().expect("a temp dir");
    let dir = home.path();
    let mut heard = Vec::new();
    sample_library(dir, &mut |done, total| heard.push((done, total))).expect("composes");
    assert_eq!(heard, (0..=25).map(|done| (done, 25)).collect::<Vec<_>>());

    let files = media_files(dir);
    every_song_is_tagged_and_sounds(&files);
    the_pair_joins(&files);
    the_video_shows_and_sounds(&files);
    let bytes: u64 = files.iter().map(|path| fs::metadata(path).expect("there").len()).sum();
    assert!(bytes < 40_000_000, "{bytes} bytes");

    a_second_run_touches_nothing(dir, &files);
    an_interrupted_run_is_completed(dir, &files);
    another_version_is_composed_anew(dir, &files);
}

fn every_song_is_tagged_and_sounds(files: &[PathBuf]) {
    let (mut formats, mut albums) = (BTreeMap::new(), BTreeMap::new());
    for path in files.iter().filter(|path| path.extension().is_some_and(|end| end != "mp4" && end != "srt")) {
        let probed = probe(path);
        let name = path.display();
        *formats.entry(codecs(&probed)[0].to_owned()).or_insert(0) += 1;
        let artist = tag(&probed, "artist").unwrap_or_else(|| panic!("{name} has no artist"));
        assert_eq!(tag(&probed, "album_artist").as_ref(), Some(&artist), "{name}");
        assert!(tag(&probed, "genre").is_some() && tag(&probed, "date").is_some_and(|date| date.starts_with("202")), "{name}");
        let (title, album) = (tag(&probed, "title").expect("a title"), tag(&probed, "album").expect("an album"));
        let number = tag(&probed, "track").expect("a number");
        let number: usize = number.split('/').next().expect("a first part").parse().expect("digits");
        let file_name = path.file_stem().expect("a name").to_string_lossy();
        assert_eq!(file_name, format!("{number:02} {title}"));
        albums.entry((artist, album)).or_insert_with(Vec::new).push(number);
        assert!(codecs(&probed).contains(&"mjpeg"), "{name} has no cover: {:?}", codecs(&probed));
        assert!((18.0..60.0).contains(&seconds(&probed)), "{name} lasts {} s", seconds(&probed));
        let loudest = decode(path, 8000).into_iter().map(i16::unsigned_abs).max().expect("samples");
        assert!((8_000..32_767).contains(&loudest), "{name} peaks at {loudest}");
    }
    let expected = [("aac", 3), ("flac", 8), ("mp3", 5), ("opus", 4), ("vorbis", 4)];
    assert_eq!(formats, expected.map(|(codec, count)| (codec.to_owned(), count)).into());
    assert_eq!(albums.len(), 3);
    assert!(albums.values().all(|numbers| *numbers == (1..=8).collect::<Vec<_>>()), "{albums:?}");
}

/// The pair is one piece cut in two: across the cut the wave goes on as smoothly as everywhere else, and it sounds there.
fn the_pair_joins(files: &[PathBuf]) {
    let part =
        |name: &str| files.iter().find(|path| path.to_string_lossy().contains(name)).map(|path| decode(path, 44_100)).expect("the part");
    let (one, two) = (part("Part One"), part("Part Two"));
    assert_ne!(one.len() % 4096, 0, "the cut must not fall between codec frames");
    let around: Vec<i32> = one[one.len() - 2000..].iter().chain(&two[..2000]).map(|sample| i32::from(*sample)).collect();
    // the third difference of a smooth wave is small; a lost, doubled or silent sample makes it jump
    let bend: Vec<i32> = around.windows(4).map(|w| (w[3] - 3 * w[2] + 3 * w[1] - w[0]).abs()).collect();
    let at_cut = bend[1995..2002].iter().max().expect("there");
    let elsewhere = bend[..1990].iter().chain(&bend[2010..]).max().expect("there");
    assert!(at_cut <= elsewhere, "a step of {at_cut} at the cut, at most {elsewhere} elsewhere");
    assert!(around[1900..2100].iter().any(|sample| sample.abs() > 1000), "silence at the cut would prove nothing");
}

fn the_video_shows_and_sounds(files: &[PathBuf]) {
    let path = files.iter().find(|path| path.extension().is_some_and(|end| end == "mp4")).expect("a video");
    let probed = probe(path);
    assert!(codecs(&probed).starts_with(&["h264", "aac"]), "{:?}", codecs(&probed));
    assert!((seconds(&probed) - f64::from(VIDEO_SECONDS)).abs() < 0.2);
    assert_eq!(tag(&probed, "title").as_deref(), Some("Colour Clock"));

    for language in ["en", "de"] {
        let captions = std::fs::read_to_string(path.with_extension(format!("{language}.srt"))).expect("subtitles beside the video");
        assert_eq!(captions.matches("-->").count(), usize::from(VIDEO_SECONDS), "{language}");
    }

    let name = path.to_str().expect("plain names");
    let corner = ["-vf", "crop=8:8:4:4,fps=2,scale=1:1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"];
    let pixels = output("ffmpeg", &[&["-v", "error", "-i", name, "-map", "0:v:0"][..], &corner].concat());
    for (index, pixel) in pixels.chunks_exact(3).enumerate() {
        // frame 2n lies at the border of two seconds, frame 2n+1 in the middle of one
        if index % 2 == 1 {
            let wanted = COLOURS_RGB[index / 2 % COLOURS_RGB.len()];
            let off = pixel.iter().zip(wanted).map(|(seen, wanted)| seen.abs_diff(wanted)).max().expect("three channels");
            assert!(off <= 14, "second {}: {pixel:?} instead of {wanted:?}", index / 2);
        }
    }
    let sound = decode(path, 48_000);
    for second in 0..usize::from(VIDEO_SECONDS) {
        let middle = &sound[second * 48_000 + 12_000..second * 48_000 + 36_000];
        let rises = middle.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
        let (heard, wanted) = (rises as f32 * 2.0, TONES_HZ[second % TONES_HZ.len()]);
        assert!((heard - wanted).abs() < 5.0, "second {second}: {heard} Hz instead of {wanted}");
    }
}

fn contents(files: &[PathBuf]) -> Vec<Vec<u8>> {
    files.iter().map(|path| fs::read(path).expect("readable")).collect()
}

fn a_second_run_touches_nothing(dir: &Path, files: &[PathBuf]) {
    let made_at = |path: &PathBuf| fs::metadata(path).and_then(|meta| meta.modified()).expect("a time");
    let before: Vec<_> = files.iter().map(made_at).collect();
    let mut heard = Vec::new();
    sample_library(dir, &mut |done, total| heard.push((done, total))).expect("finds all in place");
    assert_eq!(heard, [(25, 25)]);
    assert_eq!(files.iter().map(made_at).collect::<Vec<_>>(), before);
}

fn an_interrupted_run_is_completed(dir: &Path, files: &[PathBuf]) {
    let lost = files.iter().find(|path| path.extension().is_some_and(|end| end == "opus")).expect("an opus file");
    fs::remove_file(lost).expect("removed");
    fs::create_dir_all(dir.join(".composing")).expect("made");
    fs::write(dir.join(".composing/half.flac"), b"fLaC").expect("written");
    let mut heard = Vec::new();
    sample_library(dir, &mut |done, total| heard.push((done, total))).expect("completes");
    assert_eq!(heard, [(24, 25), (25, 25)]);
    assert_eq!(media_files(dir), files);
    assert!(!dir.join(".composing").exists());
}

fn another_version_is_composed_anew(dir: &Path, files: &[PathBuf]) {
    let songs: Vec<PathBuf> = files.iter().filter(|path| path.extension().is_some_and(|end| end == "flac")).cloned().collect();
    let before = contents(&songs);
    fs::write(dir.join(".iroam-sample"), "0").expect("written");
    fs::write(&songs[0], b"of another version").expect("written");
    sample_library(dir, &mut |_, _| {}).expect("composes anew");
    assert_eq!(contents(&songs), before, "the same music each time");
}

#[test]
fn says_where_it_cannot_write() {
    let home = tempfile::tempdir().expect("a temp dir");
    let taken = home.path().join("taken");
    fs::write(&taken, b"a file").expect("written");
    let error = sample_library(&taken, &mut |_, _| {}).expect_err("a file is no folder");
    assert!(error.to_string().contains("taken"), "{error}");
}
