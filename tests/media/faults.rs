//! Bad files, killed workers, dropped requests, a full cache: a clear error in bounded time, and the next good file plays.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use iroam::host::media::{MediaError, Source};
use iroam::protocol::{ErrorBody, ErrorCode, MediaKind, Rendition};

use crate::kit::{Bench, bench, bench_with, engine_in, engine_of, fetch, ffmpeg, session, source, sweep_file};

/// Longest that a bad file may take: far less than the engine's own limit a request.
const BOUND: Duration = Duration::from_secs(15);

fn mp3(dir: &Path) -> PathBuf {
    sweep_file(dir, "good.mp3", &["-c:a", "libmp3lame", "-b:a", "128k"])
}

fn film(dir: &Path) -> PathBuf {
    let path = dir.join("film.mp4");
    let target = path.to_str().expect("UTF-8").to_owned();
    let input = "testsrc2=size=160x90:rate=25:duration=8";
    ffmpeg(&["-f", "lavfi", "-i", input, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "25", "-movflags", "+faststart", &target]);
    path
}

async fn init_error(bench: &Bench, source: &Source, rendition: Rendition) -> MediaError {
    let asked = bench.engine.init(session(9), source, rendition);
    tokio::time::timeout(BOUND, asked).await.expect("in bounded time").expect_err("a bad file")
}

async fn plays(bench: &Bench, path: &Path) {
    let good = source(path, MediaKind::Audio);
    bench.engine.init(session(9), &good, Rendition::Opus160).await.expect("a good file plays");
    bench.engine.segment(session(9), &good, Rendition::Opus160, 0).await.expect("a good file plays");
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
        let error = init_error(&bench, &source(&path, MediaKind::Video), Rendition::H264).await;
        assert!(matches!(error, MediaError::Unplayable(_)), "{name} as video: {error:?}");
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
    for rendition in [Rendition::Opus160, Rendition::H264] {
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
async fn a_file_that_vanishes_or_changes_is_gone() {
    let bench = bench();
    let path = mp3(bench.dir.path());
    let track = source(&path, MediaKind::Audio);
    bench.engine.init(session(1), &track, Rendition::Opus160).await.expect("an init");
    std::fs::write(&path, b"something else").expect("written");
    assert_eq!(bench.engine.segment(session(1), &track, Rendition::Opus160, 1).await, Err(MediaError::Gone));
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(bench.engine.segment(session(1), &track, Rendition::Opus160, 2).await, Err(MediaError::Gone));
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
    assert!(whole.await.expect("in bounded time").segments.len() > 1);
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_truncated_film_plays_until_it_is_cut() {
    let bench = bench();
    let path = film(bench.dir.path());
    let bytes = std::fs::read(&path).expect("there");
    std::fs::write(&path, &bytes[..bytes.len() * 2 / 3]).expect("written");
    let track = source(&path, MediaKind::Video);
    let (timeline, _) = bench.engine.init(session(1), &track, Rendition::H264).await.expect("an init");
    bench.engine.segment(session(1), &track, Rendition::H264, 0).await.expect("the first segment is whole");
    let last = bench.engine.segment(session(1), &track, Rendition::H264, timeline.segment_count() - 1).await;
    assert!(matches!(last, Err(MediaError::Unplayable(_))), "{last:?}");
    std::fs::write(&path, &bytes[..300]).expect("written");
    let error = init_error(&bench, &source(&path, MediaKind::Video), Rendition::H264).await;
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
        let error = init_error(&bench, &source(&path, MediaKind::Video), Rendition::H264).await;
        assert!(matches!(error, MediaError::Unplayable(_) | MediaError::NotFound { .. }), "{kind:?} at {offset}: {error:?}");
    }
    std::fs::write(&path, &bytes).expect("written");
    bench.engine.init(session(9), &source(&path, MediaKind::Video), Rendition::H264).await.expect("the honest file plays");
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_segment_or_rendition_that_is_not_there_is_not_found() {
    let bench = bench();
    let track = source(&mp3(bench.dir.path()), MediaKind::Audio);
    let past = bench.engine.segment(session(1), &track, Rendition::Opus160, 10_000).await;
    assert!(matches!(past, Err(MediaError::NotFound { .. })), "{past:?}");
    let pictures = bench.engine.init(session(1), &track, Rendition::H264).await;
    assert!(matches!(pictures, Err(MediaError::NotFound { .. })), "{pictures:?}");
    bench.engine.shutdown().await;
}

/// Process ids of this test's own workers: children of this process that use this registry.
fn workers(registry: &Path) -> Vec<u32> {
    let wanted = format!("GST_REGISTRY={}", registry.display());
    let uses = |pid: &u32| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&environment).split('\0').any(|entry| entry == wanted) && command.ends_with(b"media-worker\0")
    };
    let entries = std::fs::read_dir("/proc").expect("proc is mounted").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(uses).collect()
}

#[tokio::test]
async fn a_killed_worker_is_replaced_and_other_requests_go_on() {
    let bench = bench();
    let registry = bench.dir.path().join("registry.bin");
    let path = sweep_file(bench.dir.path(), "long.flac", &["-af", "aloop=loop=20:size=498333", "-c:a", "flac"]);
    let track = source(&path, MediaKind::Audio);
    let (timeline, _) = bench.engine.init(session(1), &track, Rendition::Aac256).await.expect("an init");
    let killer = async {
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(150)).await;
            for pid in workers(&registry) {
                let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
            }
        }
    };
    let player = async {
        let mut failures = 0;
        for index in 0..timeline.segment_count() {
            // A request may meet two kills in a row and fail; the next one works.
            while bench.engine.segment(session(1), &track, Rendition::Aac256, index).await.is_err() {
                failures += 1;
                assert!(failures <= 3, "more failures than kills");
            }
        }
    };
    tokio::join!(killer, player);
    bench.engine.shutdown().await;
    assert!(workers(&registry).is_empty(), "a shut-down engine leaves no process");
}

#[tokio::test]
async fn dropped_requests_do_no_harm() {
    let bench = bench();
    let track = source(&mp3(bench.dir.path()), MediaKind::Audio);
    for index in 0..3 {
        let asked = bench.engine.segment(session(1), &track, Rendition::Aac256, index);
        let _ = tokio::time::timeout(Duration::from_millis(20), asked).await;
    }
    let whole = fetch(&bench.engine, &track, Rendition::Aac256, false).await;
    let again = fetch(&bench.engine, &source(&track.path, MediaKind::Audio), Rendition::Aac256, true).await;
    assert!(whole.segments == again.segments);
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_request_over_its_time_is_cut_off() {
    let bench = bench_with(1 << 30, Duration::from_millis(1));
    let track = source(&mp3(bench.dir.path()), MediaKind::Audio);
    let cut = tokio::time::timeout(BOUND, bench.engine.init(session(1), &track, Rendition::Opus160)).await.expect("in bounded time");
    assert!(matches!(cut, Err(MediaError::Unplayable(_))), "{cut:?}");
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn more_sessions_than_workers_are_busy_only_while_all_work() {
    let bench = bench();
    let track = source(&mp3(bench.dir.path()), MediaKind::Audio);
    // One after another: an idle session makes room.
    for number in 0..12 {
        bench.engine.segment(session(number), &track, Rendition::Opus160, u32::from(number) % 3).await.expect("a segment");
    }
    assert!(workers(&bench.dir.path().join("registry.bin")).len() <= 9, "eight sessions and a spare");
    bench.engine.end_session(session(11));
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn the_cache_keeps_its_limit_and_outlives_the_engine() {
    let limit = 400_000;
    let bench = bench_with(limit, Duration::from_secs(20));
    let path = mp3(bench.dir.path());
    let track = source(&path, MediaKind::Audio);
    let whole = fetch(&bench.engine, &track, Rendition::Aac256, false).await;
    let other = fetch(&bench.engine, &track, Rendition::Opus160, false).await;
    assert!(whole.segments.iter().chain(&other.segments).map(|segment| segment.len() as u64).sum::<u64>() > limit);
    bench.engine.shutdown().await;
    let cached =
        || std::fs::read_dir(bench.dir.path().join("cache")).expect("there").flatten().map(|entry| entry.metadata().expect("there").len());
    assert!(cached().sum::<u64>() <= limit && cached().count() > 1);

    // The last segment is still there without the file, in a new engine; the first was evicted.
    std::fs::remove_file(&path).expect("removed");
    let engine = engine_in(bench.dir.path(), limit, Duration::from_secs(20));
    let last = other.timeline.segment_count() - 1;
    let from_cache = engine.segment(session(1), &track, Rendition::Opus160, last).await;
    assert_eq!(from_cache.as_ref().ok(), other.segments.last());
    assert_eq!(engine.segment(session(1), &track, Rendition::Aac256, 0).await, Err(MediaError::Gone));
    engine.shutdown().await;
}

/// A worker program of the test's own: a shell script in front of the real one.
fn wrapped(dir: &Path, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.join("worker.sh");
    let exe = env!("CARGO_BIN_EXE_iroam");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\nexec '{exe}' \"$@\"\n")).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("made executable");
    path
}

#[tokio::test]
async fn a_missing_codec_is_told_by_its_package() {
    let bench = bench();
    let exe = wrapped(bench.dir.path(), "export GST_PLUGIN_FEATURE_RANK=mpg123audiodec:0,avdec_mp3:0,avdec_mp3float:0");
    let engine = engine_of(&exe, bench.dir.path(), 1 << 20, Duration::from_secs(20));
    let track = source(&mp3(bench.dir.path()), MediaKind::Audio);
    let error = engine.init(session(1), &track, Rendition::Opus160).await.expect_err("no decoder");
    assert!(matches!(&error, MediaError::MissingPlugin(text) if text.contains("gstreamer1.0-")), "{error:?}");
    engine.shutdown().await;
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_worker_that_hangs_or_crashes_at_once_costs_one_request() {
    let bench = bench();
    let dir = bench.dir.path();
    let mark = dir.join("mark");
    // The first worker never answers; the second dies at once; later ones work.
    let script = format!("echo x >> '{0}'; case $(wc -l < '{0}') in 1) exec sleep 600;; 2) exit 3;; esac", mark.display());
    let engine = engine_of(&wrapped(dir, &script), dir, 1 << 20, Duration::from_secs(4));
    let track = source(&mp3(dir), MediaKind::Audio);
    let hung = engine.init(session(1), &track, Rendition::Opus160).await;
    assert!(matches!(hung, Err(MediaError::Unplayable(_))), "{hung:?}");
    engine.init(session(1), &track, Rendition::Opus160).await.expect("a crash is tried again");
    engine.shutdown().await;
    bench.engine.shutdown().await;
}
