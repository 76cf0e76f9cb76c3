//! What goes with a track: subtitles, chapters, streams, a poster, a preview, by files that ffmpeg made.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use image::RgbImage;
use iroam::host::library::Library;
use iroam::host::media::extras::beside;
use iroam::host::media::{MediaError, Source};
use iroam::protocol::{Browse, MediaKind, Selection, SortKey};
use iroam::types::UserId;

use crate::kit::{BOUND, Bench, bench, ffmpeg, session, source};
use crate::strict_vtt::{self, Cue};

/// Two seconds of black, then one of each strong colour.
const SCENES: &str =
    "color=black:s=320x180:r=10:d=2[a];color=red:s=320x180:r=10:d=30[b];testsrc2=s=320x180:r=10:d=30[c];[a][b][c]concat=n=3";

fn film(dir: &Path, name: &str, pictures: &str, options: &[&str]) -> PathBuf {
    let path = dir.join(name);
    let target = path.to_str().expect("UTF-8").to_owned();
    ffmpeg(&[&["-filter_complex", pictures, "-pix_fmt", "yuv420p", "-g", "20"], options, &[target.as_str()]].concat());
    path
}

fn decoded(jpeg: &Bytes) -> RgbImage {
    image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).expect("a JPEG").to_rgb8()
}

/// The mean colour of a rectangle.
fn colour(picture: &RgbImage, x: u32, y: u32, width: u32, height: u32) -> [u32; 3] {
    let mut sum = [0u32; 3];
    for (dx, dy) in (0..width).flat_map(|dx| (0..height).map(move |dy| (dx, dy))) {
        let pixel = picture.get_pixel(x + dx, y + dy).0;
        sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u32::from(value));
    }
    sum.map(|sum| sum / (width * height))
}

fn is_red([red, green, blue]: [u32; 3]) -> bool {
    red > 180 && green < 80 && blue < 80
}

async fn beside_cues(bench: &Bench, video: &Path, name: &str) -> Vec<Cue> {
    let found = beside(video).into_iter().find(|found| found.path.ends_with(name)).expect("found beside the video");
    let file = Source { path: found.path, mtime_ms: found.mtime_ms, size: found.size, ..source(video, MediaKind::Video) };
    let body = bench.engine.subtitle(session(1), file, found.subtitle.id).await.expect("a subtitle");
    strict_vtt::parse(std::str::from_utf8(&body).expect("UTF-8")).expect("WebVTT by the rules")
}

/// The same words at the same times, written by ffmpeg in each of the usual forms.
#[tokio::test]
async fn subtitle_files_of_every_kind_say_the_same() {
    let bench = bench();
    let dir = bench.dir.path();
    let srt = "1\n00:00:00,500 --> 00:00:01,250\nHello, <i>you</i>\n& all\n\n2\n00:01:02,030 --> 01:00:00,000\nlast\n";
    std::fs::write(dir.join("Film.srt"), srt).expect("written");
    std::fs::write(dir.join("Film.mkv"), "the video is not looked at").expect("written");
    let from = dir.join("Film.srt");
    for target in ["Film.en.ass", "Film.de.ssa", "Film.fr.vtt"] {
        ffmpeg(&["-i", from.to_str().expect("UTF-8"), dir.join(target).to_str().expect("UTF-8")]);
    }
    let video = dir.join("Film.mkv");
    for name in ["Film.srt", "Film.en.ass", "Film.de.ssa", "Film.fr.vtt"] {
        let cues = beside_cues(&bench, &video, name).await;
        let said: Vec<_> = cues.iter().map(|cue| (cue.start_ms, cue.end_ms, cue.settings.as_str(), cue.markup.as_str())).collect();
        assert_eq!(said, [(500, 1_250, "", "Hello, <i>you</i>\n&amp; all"), (62_030, 3_600_000, "", "last")], "{name}");
    }
    std::fs::write(dir.join("Film.ru.srt"), b"1\n00:00:00,500 --> 00:00:01,250\n\xcf\xf0\xe8\xe2\xe5\xf2\n").expect("written");
    assert_eq!(beside_cues(&bench, &video, "Film.ru.srt").await[0].markup, "Привет");
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_subtitle_that_is_none_is_told_plainly() {
    let bench = bench();
    let dir = bench.dir.path();
    std::fs::write(dir.join("Film.mkv"), "the video is not looked at").expect("written");
    std::fs::write(dir.join("Film.srt"), "a letter, not a subtitle\n".repeat(100)).expect("written");
    let huge = std::fs::File::create(dir.join("Film.vtt")).expect("made");
    huge.set_len(1 << 34).expect("sparse");
    for found in beside(&dir.join("Film.mkv")) {
        let file =
            Source { path: found.path, mtime_ms: found.mtime_ms, size: found.size, ..source(&dir.join("Film.mkv"), MediaKind::Video) };
        let asked = bench.engine.subtitle(session(1), file.clone(), found.subtitle.id.clone());
        let error = tokio::time::timeout(BOUND, asked).await.expect("in bounded time").expect_err("no subtitle");
        assert!(matches!(&error, MediaError::Unplayable(text) if !text.contains('/')), "{error:?}");
        // It became a link since it was listed.
        std::fs::remove_file(&file.path).expect("removed");
        std::os::unix::fs::symlink("/etc/passwd", &file.path).expect("linked");
        let size = std::fs::metadata("/etc/passwd").expect("there").len();
        let linked = Source { size, ..file };
        let error = bench.engine.subtitle(session(1), linked, found.subtitle.id).await.expect_err("a link");
        assert!(matches!(error, MediaError::Unplayable(_) | MediaError::Gone), "{error:?}");
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_poster_shows_something_of_the_film() {
    let bench = bench();
    let pictures = "color=black:s=1280x720:r=5:d=20[a];testsrc2=s=1280x720:r=5:d=20[b];[a][b]concat";
    let path = film(bench.dir.path(), "a.mp4", pictures, &["-c:v", "libx264", "-preset", "ultrafast"]);
    let poster = decoded(&bench.engine.poster(source(&path, MediaKind::Video)).await.expect("a poster"));
    assert_eq!(poster.dimensions(), (600, 338));
    let spread = poster.pixels().map(|pixel| pixel.0[1]).fold((255, 0), |(low, high), green| (green.min(low), green.max(high)));
    assert!(spread.0 < 60 && spread.1 > 200, "a test card, not black: {spread:?}");
    let black = film(bench.dir.path(), "black.mp4", "color=black:s=320x180:r=5:d=3", &["-c:v", "libx264"]);
    let none = bench.engine.poster(source(&black, MediaKind::Video)).await;
    assert!(matches!(none, Err(MediaError::NotFound { .. })), "{none:?}");
    let song = source(&path, MediaKind::Audio);
    assert!(matches!(bench.engine.poster(song).await, Err(MediaError::NotFound { .. })));
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_preview_shows_each_time_in_its_place() {
    let bench = bench();
    let files: [(&str, &[&str]); 4] = [
        ("a.mp4", &["-c:v", "libx264", "-preset", "ultrafast"]),
        ("a.mkv", &["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2"]),
        ("a.webm", &["-c:v", "libvpx", "-deadline", "realtime"]),
        ("a.avi", &["-c:v", "mpeg4"]),
    ];
    for (name, options) in files {
        let path = film(bench.dir.path(), name, SCENES, options);
        let video = source(&path, MediaKind::Video);
        let (head, strip) = bench.engine.preview(session(1), video.clone()).await.expect(name);
        assert_eq!((head.width, head.height, head.columns, head.count, head.interval_ms), (160, 90, 7, 7, 10_000), "{name}");
        let strip_picture = decoded(&strip);
        assert_eq!(strip_picture.dimensions(), (160 * 7, 90), "{name}");
        let at = |index: u32| colour(&strip_picture, index * 160 + 20, 20, 120, 50);
        assert!(at(0).iter().all(|value| *value < 30), "{name}: black at first, {:?}", at(0));
        for index in [1, 2, 3] {
            assert!(is_red(at(index)), "{name}: red at {index}, {:?}", at(index));
        }
        for index in [4, 5, 6] {
            assert!(!is_red(at(index)), "{name}: the card at {index}, {:?}", at(index));
        }
        assert_eq!(bench.engine.preview(session(2), video).await.expect(name), (head, strip), "{name}: cached");
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn pictures_are_upright_and_of_square_pixels() {
    let bench = bench();
    let dir = bench.dir.path();
    let lying = film(dir, "lying.mp4", "color=blue:s=160x180:r=5:d=2[a];color=red:s=160x180:r=5:d=2[b];[a][b]hstack", &["-c:v", "libx264"]);
    let (from, to) = (lying.to_str().expect("UTF-8"), dir.join("turned.mp4"));
    ffmpeg(&["-i", from, "-c", "copy", "-metadata:s:v", "rotate=90", to.to_str().expect("UTF-8")]);
    let (head, strip) = bench.engine.preview(session(1), source(&to, MediaKind::Video)).await.expect("a preview");
    let picture = decoded(&strip);
    assert_eq!((head.width, head.height), (160, 285));
    // As ffmpeg turns it.
    let raw =
        ffmpeg(&["-i", to.to_str().expect("UTF-8"), "-frames:v", "1", "-vf", "scale=160:284", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
            .stdout;
    let reference = RgbImage::from_raw(160, 284, raw).expect("one picture");
    for y in [20, 180] {
        assert_eq!(is_red(colour(&picture, 20, y, 120, 80)), is_red(colour(&reference, 20, y, 120, 80)), "upright at {y}");
    }
    assert_ne!(is_red(colour(&picture, 20, 20, 120, 80)), is_red(colour(&picture, 20, 180, 120, 80)), "blue and red");
    let wide = film(dir, "wide.mp4", "color=red:s=180x180:r=5:d=2,setsar=2", &["-c:v", "libx264"]);
    let (head, _) = bench.engine.preview(session(1), source(&wide, MediaKind::Video)).await.expect("a preview");
    assert_eq!((head.width, head.height), (160, 80));
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn bad_videos_have_no_preview_and_break_nothing() {
    let bench = bench();
    let dir = bench.dir.path();
    let good = film(dir, "good.mp4", "testsrc2=s=320x180:r=10:d=25", &["-c:v", "libx264"]);
    let bytes = std::fs::read(&good).expect("there");
    std::fs::write(dir.join("noise.mp4"), (0..100_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<_>>())
        .expect("written");
    std::fs::write(dir.join("cut.mp4"), &bytes[..bytes.len() / 2]).expect("written");
    ffmpeg(&["-f", "lavfi", "-i", "sine=d=1", dir.join("song.m4a").to_str().expect("UTF-8")]);
    for name in ["noise.mp4", "cut.mp4", "song.m4a"] {
        let bad = source(&dir.join(name), MediaKind::Video);
        for made in [bench.engine.preview(session(1), bad.clone()).await.map(drop), bench.engine.poster(bad).await.map(drop)] {
            assert!(matches!(&made, Err(MediaError::Unplayable(text)) if !text.contains('/')), "{name}: {made:?}");
        }
    }
    bench.engine.preview(session(1), source(&good, MediaKind::Video)).await.expect("the good one");
    bench.engine.shutdown().await;
}

const SRT: &str = "1\n00:00:00,500 --> 00:00:01,250\nHello, <i>you</i>\n& all\n\n2\n00:00:02,000 --> 00:00:02,800\nlast\n";
const META: &str = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=3000\ntitle=\u{202e}Two\n";

/// A film of 3 s with two sounds, a subtitle in two languages, and two chapters.
fn rich_film(dir: &Path, name: &str, options: &[&str]) -> PathBuf {
    std::fs::write(dir.join("a.srt"), SRT).expect("written");
    std::fs::write(dir.join("meta.txt"), META).expect("written");
    let path = dir.join(name);
    let (srt, meta, target) = (dir.join("a.srt"), dir.join("meta.txt"), path.to_str().expect("UTF-8").to_owned());
    let (srt, meta) = (srt.to_str().expect("UTF-8"), meta.to_str().expect("UTF-8"));
    let inputs = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=160x90:r=10:d=3",
        "-f",
        "lavfi",
        "-i",
        "sine=d=3",
        "-i",
        srt,
        "-i",
        meta,
        "-map",
        "0",
        "-map",
        "1",
        "-map",
        "1",
        "-map",
        "2",
        "-map",
        "2",
        "-map_metadata",
        "3",
        "-map_chapters",
        "3",
        "-pix_fmt",
        "yuv420p",
        "-metadata:s:a:0",
        "language=eng",
        "-metadata:s:a:1",
        "language=ger",
        "-metadata:s:s:0",
        "language=fre",
        "-metadata:s:s:1",
        "language=jpn",
        "-disposition:s:0",
        "default",
        "-disposition:s:1",
        "forced",
        "-disposition:a:0",
        "0",
        "-disposition:a:1",
        "default",
        "-ac",
        "2",
    ];
    ffmpeg(&[inputs.as_slice(), options, &[target.as_str()]].concat());
    path
}

async fn stream_cues(bench: &Bench, video: &Source, id: &str) -> Vec<Cue> {
    let body = bench.engine.subtitle(session(1), video.clone(), id.to_owned()).await.expect(id);
    strict_vtt::parse(std::str::from_utf8(&body).expect("UTF-8")).expect("WebVTT by the rules")
}

#[tokio::test]
async fn streams_subtitles_and_chapters_within_a_file_are_found() {
    let bench = bench();
    let files: [(&str, &[&str]); 5] = [
        ("subrip.mkv", &["-c:v", "libx264", "-c:a", "aac", "-c:s", "subrip"]),
        ("ass.mkv", &["-c:v", "libx264", "-c:a", "aac", "-c:s", "ass"]),
        ("webvtt.mkv", &["-c:v", "libx264", "-c:a", "aac", "-c:s", "webvtt"]),
        ("vp9.webm", &["-c:v", "libvpx-vp9", "-deadline", "realtime", "-c:a", "libopus", "-c:s", "webvtt"]),
        ("tx3g.mp4", &["-c:v", "libx264", "-c:a", "aac", "-c:s", "mov_text"]),
    ];
    for (name, options) in files {
        let video = source(&rich_film(bench.dir.path(), name, options), MediaKind::Video);
        let details = bench.engine.details(session(1), video.clone()).await.expect(name);
        let sounds: Vec<_> =
            details.sounds.iter().map(|sound| (sound.stream, sound.language.as_deref(), sound.channels, sound.is_default)).collect();
        assert_eq!(sounds, [(0, Some("en"), 2, false), (1, Some("de"), 2, true)], "{name}");
        let codec = if name.ends_with("webm") { "Opus" } else { "AAC" };
        assert!(details.sounds.iter().all(|sound| sound.codec == codec), "{name}: {:?}", details.sounds);
        let subtitles: Vec<_> = details.subtitles.iter().map(|subtitle| subtitle.language.as_deref()).collect();
        assert_eq!(subtitles, [Some("fr"), Some("ja")], "{name}");
        assert!(details.subtitles[0].is_default, "{name}");
        // MP4 has no flag for it that ffmpeg writes.
        assert_eq!(details.subtitles[1].is_forced, !name.ends_with("mp4"), "{name}");
        let chapters: Vec<_> = details.chapters.iter().map(|chapter| (chapter.start_ms, chapter.title.as_str())).collect();
        assert_eq!(chapters, [(0, "One"), (2_000, "Two")], "{name}");
        for subtitle in &details.subtitles {
            let cues = stream_cues(&bench, &video, &subtitle.id).await;
            // ffmpeg moves all streams of a Matroska file by what sound has before 0.
            let early = (shown(&video.path, Some("s:0"))[0] - 500).max(0).unsigned_abs();
            let said: Vec<_> = cues.iter().map(|cue| (cue.start_ms - early, cue.end_ms - early, cue.markup.as_str())).collect();
            assert_eq!(said, [(500, 1_250, "Hello, <i>you</i>\n&amp; all"), (2_000, 2_800, "last")], "{name}");
        }
        for id in ["s2", "s-1", "s", "", "e0", "s99999999999999999999"] {
            let none = bench.engine.subtitle(session(1), video.clone(), id.to_owned()).await;
            assert!(matches!(none, Err(MediaError::NotFound { .. })), "{name}: {id}: {none:?}");
        }
    }
    bench.engine.shutdown().await;
}

/// When packets are shown, in milliseconds, in the order of the file: of one stream, or of all sound and pictures.
fn shown(path: &Path, stream: Option<&str>) -> Vec<i64> {
    let path = path.to_str().expect("UTF-8");
    let selected = stream.map_or(vec![], |stream| vec!["-select_streams", stream]);
    let args = [["-v", "error"].as_slice(), &selected, &["-show_entries", "packet=codec_type,pts_time", "-of", "csv=p=0", path]].concat();
    let out = std::process::Command::new("ffprobe").args(args).output().expect("ffprobe is installed").stdout;
    let rows = String::from_utf8(out).expect("text");
    let rows = rows.lines().filter(|row| stream.is_some() || !row.starts_with("subtitle"));
    rows.filter_map(|row| Some((row.split(',').nth(1)?.parse::<f64>().ok()? * 1_000.0).round() as i64)).collect()
}

/// Content time begins where sound and pictures do: an edit list or a first time stamp moves subtitles with them.
#[tokio::test]
async fn subtitles_keep_to_the_pictures_of_a_trimmed_film() {
    let bench = bench();
    for (name, options) in [("a.mp4", ["-c:s", "mov_text"]), ("a.mkv", ["-c:s", "subrip"])] {
        let whole = rich_film(bench.dir.path(), name, &[["-c:v", "libx264", "-c:a", "aac", "-g", "5"].as_slice(), &options].concat());
        let path = bench.dir.path().join(format!("trimmed-{name}"));
        let (from, to) = (whole.to_str().expect("UTF-8"), path.to_str().expect("UTF-8"));
        ffmpeg(&["-ss", "1.0", "-i", from, "-map", "0:v", "-map", "0:a", "-map", "0:s", "-c", "copy", to]);
        let cues = stream_cues(&bench, &source(&path, MediaKind::Video), "s0").await;
        let last = cues.last().expect("the last cue");
        assert_eq!(last.markup, "last", "{name}");
        // An MP4 is cut exactly, by its edit list; of a Matroska file the stamps tell.
        let last_shown = *shown(&path, Some("s:0")).last().expect("a packet");
        let expected = if name == "a.mp4" { 1_000 } else { last_shown - shown(&path, None).into_iter().min().expect("a packet") };
        assert!(last.start_ms.abs_diff(expected.unsigned_abs()) <= 1, "{name}: {last:?}, not at {expected}");
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn chapters_of_audio_books_are_found() {
    let bench = bench();
    let dir = bench.dir.path();
    std::fs::write(dir.join("meta.txt"), META).expect("written");
    let meta = dir.join("meta.txt");
    let meta = meta.to_str().expect("UTF-8");
    // ffmpeg leaves chapters out of these two, but not what else is said of them.
    let comments = ["CHAPTER000=00:00:00.000", "CHAPTER000NAME=One", "CHAPTER001=00:00:02.000", "CHAPTER001NAME=Two"];
    let comments: Vec<&str> = comments.iter().flat_map(|comment| ["-metadata", comment]).collect();
    let (flac, ogg) = ([comments.as_slice(), &["-c:a", "flac"]].concat(), [comments.as_slice(), &["-c:a", "libvorbis"]].concat());
    let files: [(&str, &[&str]); 6] = [
        ("a.mp3", &["-c:a", "libmp3lame"]),
        ("a.m4b", &["-c:a", "aac", "-f", "ipod"]),
        ("a.mka", &["-c:a", "libopus"]),
        ("a.opus", &["-c:a", "libopus"]),
        ("a.ogg", &ogg),
        ("a.flac", &flac),
    ];
    for (name, options) in files {
        let path = dir.join(name);
        let inputs = ["-f", "lavfi", "-i", "sine=d=3", "-i", meta, "-map_metadata", "1", "-map_chapters", "1", "-map", "0"];
        ffmpeg(&[inputs.as_slice(), options, &[path.to_str().expect("UTF-8")]].concat());
        let details = bench.engine.details(session(1), source(&path, MediaKind::Audio)).await.expect(name);
        let chapters: Vec<_> = details.chapters.iter().map(|chapter| (chapter.start_ms, chapter.title.as_str())).collect();
        assert_eq!(chapters, [(0, "One"), (2_000, "Two")], "{name}");
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_thousand_chapters_are_no_trouble() {
    let bench = bench();
    let dir = bench.dir.path();
    let chapter = |number: u32| format!("[CHAPTER]\nTIMEBASE=1/1000\nSTART={number}\nEND={}\ntitle=Part {number}\n", number + 1);
    std::fs::write(dir.join("meta.txt"), format!(";FFMETADATA1\n{}", (0..1_000).map(chapter).collect::<String>())).expect("written");
    let meta = dir.join("meta.txt");
    for name in ["a.mkv", "a.m4b", "a.mp3"] {
        let path = dir.join(name);
        ffmpeg(&[
            "-f",
            "lavfi",
            "-i",
            "sine=d=2",
            "-i",
            meta.to_str().expect("UTF-8"),
            "-map_chapters",
            "1",
            "-map",
            "0",
            path.to_str().expect("UTF-8"),
        ]);
        let details = bench.engine.details(session(1), source(&path, MediaKind::Audio)).await.expect(name);
        assert_eq!(details.chapters.len(), 1_000, "{name}");
        assert_eq!(details.chapters[999].title, "Part 999", "{name}");
    }
    bench.engine.shutdown().await;
}

#[test]
fn a_video_without_a_cover_gets_a_picture_once_for_each_state_of_its_file() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let (media, data) = (dir.path().join("media"), dir.path().join("data"));
    std::fs::create_dir(&media).expect("made");
    film(&media, "a.mp4", "testsrc2=s=160x90:r=10:d=2", &["-c:v", "libx264"]);
    film(&media, "b.mp4", "testsrc2=s=160x90:r=10:d=2", &["-c:v", "libx264"]);
    let scan = || iroam::host::scan_once(std::slice::from_ref(&media), &[], &data, env!("CARGO_BIN_EXE_iroam").into()).expect("scanned");
    scan();
    let library = Library::open(&data).expect("opens");
    let bare = library.bare_videos().expect("asked");
    assert_eq!(bare.len(), 2);
    let mut jpeg = std::io::Cursor::new(Vec::new());
    RgbImage::new(64, 36).write_to(&mut jpeg, image::ImageFormat::Jpeg).expect("encodes");
    library.keep_poster(&bare[0], Some(jpeg.get_ref())).expect("kept");
    library.keep_poster(&bare[1], None).expect("noted");
    assert_eq!(library.bare_videos().expect("asked"), [], "one has a picture, of the other none can be made");
    let everything = Browse {
        selection: Selection::default(),
        sort: SortKey::Title,
        descending: false,
        files: false,
        together: false,
        offset: 0,
        limit: 10,
    };
    let art: Vec<_> =
        library.browse(UserId(uuid::Uuid::nil()), &everything).expect("asked").tracks.into_iter().filter_map(|row| row.art).collect();
    assert_eq!(art.len(), 1);
    assert!(library.picture(&art[0]).expect("asked").is_some_and(|picture| picture.starts_with(b"\xff\xd8")));
    assert!(library.reuse_poster(&bare[0]).expect("asked") && !library.reuse_poster(&bare[1]).expect("asked"));
    // Another film in its place has no picture yet.
    std::fs::remove_file(&bare[1].path).expect("removed");
    let name = bare[1].path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
    film(&media, name, "testsrc2=s=160x90:r=10:d=3", &["-c:v", "libx264"]);
    scan();
    assert_eq!(library.bare_videos().expect("asked").len(), 1);
}
