//! What a worker may not do, what rests costs, and that nothing is left behind by many tracks.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use iroam::protocol::{MediaKind, Rendition};

use crate::kit::{BOUND, bench, ffmpeg, init, mp3, segment, session, source, sweep_file};
use crate::workers::workers;

fn proc(pid: u32, name: &str) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default()
}

/// The soft limit of this name.
fn limit(pid: u32, name: &str) -> String {
    let limits = proc(pid, "limits");
    let line = limits.lines().find(|line| line.starts_with(name)).expect("a limit");
    line[name.len()..].split_whitespace().next().expect("a value").to_owned()
}

fn nice(pid: u32) -> i32 {
    // After the name in brackets, which may hold anything: field 19 of proc(5), counted from the third.
    let stat = proc(pid, "stat");
    stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(16)).and_then(|nice| nice.parse().ok()).expect("a niceness")
}

fn kib(pid: u32, file: &str, name: &str) -> u64 {
    let text = proc(pid, file);
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} of {pid}"));
    line.split_whitespace().nth(1).and_then(|value| value.parse().ok()).expect("KiB")
}

fn files(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).expect("there").count()
}

/// Whether it has what every worker gives itself first of all.
fn is_tied(pid: u32) -> bool {
    let status = proc(pid, "status");
    let has_no_new_privileges = status.lines().any(|line| line.split_whitespace().eq(["NoNewPrivs:", "1"]));
    has_no_new_privileges && limit(pid, "Max core file size") == "0"
}

#[tokio::test]
async fn a_worker_is_limited_before_its_first_job_and_sound_comes_first() {
    let bench = bench();
    let registry = bench.dir.path().join("registry.bin");
    let song = source(&mp3(bench.dir.path()), MediaKind::Audio);
    init(&bench.engine, session(1), &song, Rendition::Opus160).await.expect("an init");
    let film = bench.dir.path().join("film.mp4");
    let target = film.to_str().expect("UTF-8");
    ffmpeg(&["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=2", "-c:v", "libx264", "-pix_fmt", "yuv420p", target]);
    init(&bench.engine, session(1), &source(&film, MediaKind::Video), Rendition::VideoCopy).await.expect("an init");
    let mut nices = Vec::new();
    for pid in workers(&registry) {
        if limit(pid, "Max data size") == "unlimited" {
            // In reserve: it has had no job, and may have been started a moment ago.
            let tied = async {
                while !is_tied(pid) {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            tokio::time::timeout(BOUND, tied).await.expect("a worker in reserve is tied as soon as it runs");
            continue;
        }
        assert!(is_tied(pid), "{}{}", proc(pid, "limits"), proc(pid, "status"));
        assert_eq!(limit(pid, "Max file size"), "0");
        assert!(limit(pid, "Max cpu time") != "unlimited" && limit(pid, "Max open files") == "512");
        nices.push(nice(pid));
    }
    nices.sort_unstable();
    let own = nice(std::process::id());
    assert_eq!(nices, [own, own + 5], "a worker for sound, and one that yields to it for pictures");
    bench.engine.shutdown().await;
}

/// RSS of this process and its workers, KiB, and all their open files.
fn held(registry: &Path) -> (u64, usize) {
    let all: Vec<u32> = workers(registry).into_iter().chain([std::process::id()]).collect();
    (all.iter().map(|pid| kib(*pid, "status", "VmRSS:")).sum(), all.iter().map(|pid| files(*pid)).sum())
}

/// In a process of its own: other tests open and close files beside.
#[test]
fn many_tracks_leave_nothing_behind() {
    let exe = std::env::current_exe().expect("this test's program");
    let run = Command::new(exe).args(["--exact", "limits::many_tracks_alone", "--ignored"]).output().expect("started");
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&run.stderr));
}

#[tokio::test]
#[ignore = "run by many_tracks_leave_nothing_behind"]
async fn many_tracks_alone() {
    let tracks = std::env::var("IROAM_LEAK_TRACKS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let bench = bench();
    let registry = bench.dir.path().join("registry.bin");
    let files = [
        sweep_file(bench.dir.path(), "a.flac", &["-t", "1", "-c:a", "flac"]),
        sweep_file(bench.dir.path(), "b.mp3", &["-t", "1", "-c:a", "libmp3lame"]),
        sweep_file(bench.dir.path(), "c.m4a", &["-t", "1", "-c:a", "aac"]),
    ];
    let renditions = [Rendition::Flac, Rendition::Opus160, Rendition::Aac256];
    let mut after_some = None;
    for number in 0..tracks {
        let song = source(&files[number % 3], MediaKind::Audio);
        let rendition = renditions[number / 3 % 3];
        init(&bench.engine, session(1), &song, rendition).await.expect("an init");
        segment(&bench.engine, session(1), &song, rendition, 0).await.expect("a segment");
        if number == tracks / 3 {
            after_some = Some(held(&registry));
        }
    }
    let (some, end) = (after_some.expect("passed"), held(&registry));
    // Far less than a pipeline or a file for each of the tracks since.
    assert!(end.0 < some.0 + 64 * 1024, "memory: {some:?} then {end:?}");
    assert!(end.1 < some.1 + 60, "files: {some:?} then {end:?}");
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_session_that_rests_holds_no_worker_and_plays_on() {
    let bench = bench();
    let registry = bench.dir.path().join("registry.bin");
    let song = source(&mp3(bench.dir.path()), MediaKind::Audio);
    for number in 0..4 {
        segment(&bench.engine, session(number), &song, Rendition::Opus160, u32::from(number) % 3).await.expect("a segment");
    }
    let few = async {
        while workers(&registry).len() > 2 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(BOUND * 4, few).await.expect("only those in reserve are left");
    segment(&bench.engine, session(1), &song, Rendition::Aac128, 1).await.expect("it plays on");
    bench.engine.shutdown().await;
}
