//! Worker processes killed, hanging or too many, requests dropped, a full cache: the next request is served.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use iroam::host::media::MediaError;
use iroam::protocol::{MediaKind, Rendition};

use crate::kit::{BOUND, bench, bench_with, engine_in, engine_of, fetch, init, mp3, segment, session, source, sweep_file, wrapped};

/// Process ids of this test's own workers: children of this process that use this registry.
pub fn workers(registry: &Path) -> Vec<u32> {
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
async fn workers_killed_at_any_moment_are_replaced_and_the_bytes_are_the_same() {
    let bench = bench();
    let registry = bench.dir.path().join("registry.bin");
    let path = sweep_file(bench.dir.path(), "long.flac", &["-af", "aloop=loop=7:size=498333", "-c:a", "flac"]);
    let track = source(&path, MediaKind::Audio);
    let (timeline, _) = init(&bench.engine, session(1), &track, Rendition::Aac256).await.expect("an init");
    let killer = async {
        let (mut hits, mut seed) = (0, 0x5eed_u64);
        for _ in 0..8 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            tokio::time::sleep(Duration::from_millis(20 + (seed >> 33) % 180)).await;
            for pid in workers(&registry) {
                hits += u32::from(Command::new("kill").args(["-9", &pid.to_string()]).status().is_ok_and(|status| status.success()));
            }
        }
        hits
    };
    let player = async {
        let (mut failures, mut segments) = (0, Vec::new());
        for index in 0..timeline.segment_count() {
            // A request may meet two kills in a row and fail; the next one works.
            segments.push(loop {
                match segment(&bench.engine, session(1), &track, Rendition::Aac256, index).await {
                    Ok(segment) => break segment,
                    Err(_) => failures += 1,
                }
                assert!(failures <= 8, "more failures than kills");
            });
        }
        segments
    };
    let (hits, segments) = tokio::join!(killer, player);
    assert!(hits > 0, "nothing was killed");
    let undisturbed = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::Aac256, false).await;
    assert!(segments == undisturbed.segments);
    bench.engine.shutdown().await;
    assert!(workers(&registry).is_empty(), "a shut-down engine leaves no process");
}

#[tokio::test]
async fn dropped_requests_do_no_harm() {
    let bench = bench();
    let track = source(&mp3(bench.dir.path()), MediaKind::Audio);
    for index in 0..3 {
        let asked = segment(&bench.engine, session(1), &track, Rendition::Aac256, index);
        let _ = tokio::time::timeout(Duration::from_millis(20), asked).await;
    }
    let whole = fetch(&bench.engine, &track, Rendition::Aac256, false).await;
    let again = fetch(&bench.engine, &source(&track.path, MediaKind::Audio), Rendition::Aac256, true).await;
    assert!(whole.segments == again.segments);
    bench.engine.shutdown().await;
}

/// For a shell: says that the worker has started, as `frame("ready")`.
const STARTED: &str = "printf '\\000\\000\\000\\007\"ready\"'; ";

#[tokio::test]
async fn a_request_over_its_time_is_cut_off() {
    let bench = bench();
    let dir = bench.dir.path();
    let engine = engine_of(&wrapped(dir, &format!("{STARTED}exec sleep 600")), dir, 1 << 20, Duration::from_secs(1));
    let track = source(&mp3(dir), MediaKind::Audio);
    let cut = tokio::time::timeout(BOUND, init(&engine, session(1), &track, Rendition::Opus160)).await.expect("in bounded time");
    assert!(matches!(cut, Err(MediaError::Unplayable(_))), "{cut:?}");
    engine.shutdown().await;
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn many_sessions_one_after_another_leave_few_workers() {
    let bench = bench();
    let track = source(&mp3(bench.dir.path()), MediaKind::Audio);
    // More than may rest.
    for number in 0..24 {
        segment(&bench.engine, session(number), &track, Rendition::Opus160, u32::from(number) % 3).await.expect("a segment");
    }
    assert!(workers(&bench.dir.path().join("registry.bin")).len() <= 20, "sixteen that rest, two in reserve, and such as are just ending");
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
    let from_cache = segment(&engine, session(1), &track, Rendition::Opus160, last).await;
    assert_eq!(from_cache.as_ref().ok(), other.segments.last());
    assert_eq!(segment(&engine, session(1), &track, Rendition::Aac256, 0).await, Err(MediaError::Gone));
    engine.shutdown().await;
}

#[tokio::test]
async fn a_missing_codec_is_told_by_its_package() {
    let bench = bench();
    let exe = wrapped(bench.dir.path(), "export GST_PLUGIN_FEATURE_RANK=mpg123audiodec:0,avdec_mp3:0,avdec_mp3float:0");
    let engine = engine_of(&exe, bench.dir.path(), 1 << 20, Duration::from_secs(20));
    let track = source(&mp3(bench.dir.path()), MediaKind::Audio);
    let error = init(&engine, session(1), &track, Rendition::Opus160).await.expect_err("no decoder");
    assert!(matches!(&error, MediaError::MissingPlugin(text) if text.contains("gstreamer1.0-")), "{error:?}");
    engine.shutdown().await;
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_worker_that_hangs_or_crashes_at_once_costs_one_request() {
    let bench = bench();
    let dir = bench.dir.path();
    let mark = dir.join("mark");
    // The first worker never answers; the second does not even start; later ones work.
    let script = format!("echo x >> '{0}'; case $(wc -l < '{0}') in 1) {STARTED} exec sleep 600;; 2) exit 3;; esac", mark.display());
    let engine = engine_of(&wrapped(dir, &script), dir, 1 << 20, Duration::from_secs(4));
    let track = source(&mp3(dir), MediaKind::Audio);
    let hung = init(&engine, session(1), &track, Rendition::Opus160).await;
    assert!(matches!(hung, Err(MediaError::Unplayable(_))), "{hung:?}");
    init(&engine, session(1), &track, Rendition::Opus160).await.expect("a crash is tried again");
    engine.shutdown().await;
    bench.engine.shutdown().await;
}

#[test]
fn a_worker_ends_when_its_parent_lets_go() {
    let mut worker = Command::new(env!("CARGO_BIN_EXE_iroam"))
        .arg("media-worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    drop(worker.stdin.take());
    let ended = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        worker.try_wait().expect("our own child").is_some()
    });
    if !ended {
        worker.kill().expect("our own child");
    }
    assert!(ended, "it outlived its stdin");
}
