//! Bad files: a clear error in bounded time, and the next good file plays.

use std::path::{Path, PathBuf};
use std::process::Command;

use iroam::host::media::{MediaError, Source};
use iroam::protocol::{ErrorBody, ErrorCode, MediaKind, Rendition};

use crate::kit::{BOUND, Bench, bench, fetch, ffmpeg, init, mp3, segment, session, source};

fn film(dir: &Path) -> PathBuf {
    let path = dir.join("film.mp4");
    let target = path.to_str().expect("UTF-8").to_owned();
    let input = "testsrc2=size=160x90:rate=25:duration=8";
    ffmpeg(&["-f", "lavfi", "-i", input, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "25", "-movflags", "+faststart", &target]);
    path
}

async fn init_error(bench: &Bench, source: &Source, rendition: Rendition) -> MediaError {
    let asked = init(&bench.engine, session(9), source, rendition);
    tokio::time::timeout(BOUND, asked).await.expect("in bounded time").expect_err("a bad file")
}

async fn plays(bench: &Bench, path: &Path) {
    let good = source(path, MediaKind::Audio);
    init(&bench.engine, session(9), &good, Rendition::Opus160).await.expect("a good file plays");
    segment(&bench.engine, session(9), &good, Rendition::Opus160, 0).await.expect("a good file plays");
}

#[tokio::test]
async fn bad_files_are_told_plainly_and_the_next_good_file_plays() {
    let bench = bench();
    let dir = bench.dir.path();
    let good = mp3(dir);
    let noise: Vec<u8> = (0..200_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (name, bytes) in
        [("zero.mp3", &[][..]), ("noise.mp3", &noise), ("text.flac", b"this is a letter, not a song\n".repeat(200).as_slice())]
    {
        let path = dir.join(name);
        std::fs::write(&path, bytes).expect("written");
        for rendition in [Rendition::Opus160, Rendition::Flac] {
            let error = init_error(&bench, &source(&path, MediaKind::Audio), rendition).await;
            assert!(matches!(error, MediaError::Unplayable(_)), "{name}: {error:?}");
            let body = ErrorBody::from(error);
            assert_eq!(body.code, ErrorCode::Unplayable);
            assert!(!body.detail.contains('/'), "{name}: {}", body.detail);
        }
        let error = init_error(&bench, &source(&path, MediaKind::Video), Rendition::VideoCopy).await;
        // Not even a film, or a broken one.
        assert!(matches!(error, MediaError::Unplayable(_) | MediaError::NotFound { .. }), "{name} as video: {error:?}");
        plays(&bench, &good).await;
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn what_is_no_regular_file_is_never_opened() {
    let bench = bench();
    let dir = bench.dir.path();
    let (fifo, dangling) = (dir.join("fifo.mp3"), dir.join("dangling.mp3"));
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo is installed").success());
    std::os::unix::fs::symlink("nowhere", &dangling).expect("linked");
    for rendition in [Rendition::Opus160, Rendition::VideoCopy] {
        for path in [fifo.as_path(), dir, Path::new("/dev/zero")] {
            let error = init_error(&bench, &source(path, MediaKind::Video), rendition).await;
            assert!(matches!(error, MediaError::Unplayable(_)), "{}: {error:?}", path.display());
        }
        let error = init_error(&bench, &source(&dangling, MediaKind::Video), rendition).await;
        assert_eq!(error, MediaError::Gone);
    }
    plays(&bench, &mp3(dir)).await;
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_file_that_vanishes_or_changes_is_told_for_what_it_is() {
    let bench = bench();
    let path = mp3(bench.dir.path());
    let track = source(&path, MediaKind::Audio);
    init(&bench.engine, session(1), &track, Rendition::Opus160).await.expect("an init");
    std::fs::write(&path, b"something else").expect("written");
    assert_eq!(segment(&bench.engine, session(1), &track, Rendition::Opus160, 1).await, Err(MediaError::Changed));
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(segment(&bench.engine, session(1), &track, Rendition::Opus160, 2).await, Err(MediaError::Gone));
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_file_that_changes_while_it_plays_is_told_and_others_go_on() {
    let bench = bench();
    let dir = bench.dir.path();
    let path = dir.join("changing.mp3");
    let whole = std::fs::read(mp3(dir)).expect("there");
    let aside = dir.join("aside");
    // Shorter; another of the same size, elsewhere and in place; a pipe; a link.
    type Change<'a> = (&'a str, &'a dyn Fn(&Path));
    let changes: [Change; 5] = [
        ("cut", &|path| drop(std::fs::File::options().write(true).open(path).map(|file| file.set_len(9_000)))),
        ("replaced", &|path| {
            std::fs::write(&aside, &whole).expect("written");
            std::fs::rename(&aside, path).expect("renamed");
        }),
        ("written over", &|path| std::fs::write(path, &whole).expect("written")),
        ("a pipe", &|path| {
            std::fs::remove_file(path).expect("removed");
            assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo is installed").success());
        }),
        ("a link", &|path| {
            std::fs::remove_file(path).expect("removed");
            std::os::unix::fs::symlink(dir.join("good.mp3"), path).expect("linked");
        }),
    ];
    for (number, (what, change)) in (10..).zip(changes) {
        let _ = std::fs::remove_file(&path);
        std::fs::write(&path, &whole).expect("written");
        let track = source(&path, MediaKind::Audio);
        init(&bench.engine, session(number), &track, Rendition::Opus160).await.expect("an init");
        // File systems may count a file's time in steps of some milliseconds.
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        change(&path);
        let asked = segment(&bench.engine, session(number), &track, Rendition::Opus160, 2);
        let error = tokio::time::timeout(BOUND, asked).await.expect("in bounded time").expect_err(what);
        assert!(matches!(error, MediaError::Gone | MediaError::Changed | MediaError::Unplayable(_)), "{what}: {error:?}");
        plays(&bench, &dir.join("good.mp3")).await;
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_truncated_song_plays_as_far_as_it_goes() {
    let bench = bench();
    let path = mp3(bench.dir.path());
    let bytes = std::fs::read(&path).expect("there");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
    let track = source(&path, MediaKind::Audio);
    let whole = tokio::time::timeout(BOUND, fetch(&bench.engine, &track, Rendition::Opus160, false));
    let whole = whole.await.expect("in bounded time");
    // Of 11.3 s, whatever its tag says.
    let seconds = whole.timeline.duration as f64 / 48_000.0;
    assert!((5.4..5.8).contains(&seconds), "{seconds} s");
    let again = source(&path, MediaKind::Audio);
    let reversed = tokio::time::timeout(BOUND, fetch(&bench.engine, &again, Rendition::Opus160, true));
    assert!(whole.segments.len() > 1 && whole.segments == reversed.await.expect("in bounded time").segments);
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_truncated_film_plays_until_it_is_cut() {
    let bench = bench();
    let path = film(bench.dir.path());
    let bytes = std::fs::read(&path).expect("there");
    std::fs::write(&path, &bytes[..bytes.len() * 2 / 3]).expect("written");
    let track = source(&path, MediaKind::Video);
    let (timeline, _) = init(&bench.engine, session(1), &track, Rendition::VideoCopy).await.expect("an init");
    segment(&bench.engine, session(1), &track, Rendition::VideoCopy, 0).await.expect("the first segment is whole");
    let last = segment(&bench.engine, session(1), &track, Rendition::VideoCopy, timeline.segment_count() - 1).await;
    assert!(matches!(last, Err(MediaError::Unplayable(_))), "{last:?}");
    std::fs::write(&path, &bytes[..300]).expect("written");
    let error = init_error(&bench, &source(&path, MediaKind::Video), Rendition::VideoCopy).await;
    assert!(matches!(error, MediaError::Unplayable(_)), "{error:?}");
    bench.engine.shutdown().await;
}

/// Overwrites 4 bytes at an offset in the body of the first box of that kind.
fn lie(bytes: &mut [u8], kind: &[u8; 4], offset: usize, value: u32) {
    let at = bytes.windows(4).position(|window| window == kind).expect("the box is there") + 4 + offset;
    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

#[tokio::test]
async fn an_mp4_with_lying_tables_is_unplayable() {
    let bench = bench();
    let path = film(bench.dir.path());
    let bytes = std::fs::read(&path).expect("there");
    // Entry counts, chunk offsets and sample sizes that no file could have.
    let lies: [(&[u8; 4], usize, u32); 7] = [
        (b"stsz", 8, u32::MAX),
        (b"stsz", 4, u32::MAX),
        (b"stsz", 12, u32::MAX),
        (b"stco", 8, u32::MAX),
        (b"stco", 4, u32::MAX),
        (b"stsc", 12, 0),
        (b"stts", 8, 1),
    ];
    for (kind, offset, value) in lies {
        let mut lying = bytes.clone();
        lie(&mut lying, kind, offset, value);
        std::fs::write(&path, &lying).expect("written");
        let error = init_error(&bench, &source(&path, MediaKind::Video), Rendition::VideoCopy).await;
        assert!(matches!(error, MediaError::Unplayable(_) | MediaError::NotFound { .. }), "{kind:?} at {offset}: {error:?}");
    }
    std::fs::write(&path, &bytes).expect("written");
    init(&bench.engine, session(9), &source(&path, MediaKind::Video), Rendition::VideoCopy).await.expect("the honest file plays");
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_segment_or_rendition_that_is_not_there_is_not_found() {
    let bench = bench();
    let track = source(&mp3(bench.dir.path()), MediaKind::Audio);
    let past = segment(&bench.engine, session(1), &track, Rendition::Opus160, 10_000).await;
    assert!(matches!(past, Err(MediaError::NotFound { .. })), "{past:?}");
    let pictures = init(&bench.engine, session(1), &track, Rendition::VideoCopy).await;
    assert!(matches!(pictures, Err(MediaError::NotFound { .. })), "{pictures:?}");
    bench.engine.shutdown().await;
}
