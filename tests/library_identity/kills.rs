//! `kill -9` at any moment: of a scan, and of the step from an older index to this one.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use crate::host_kit::Home;
use crate::songs::{format, ids, songs, tag};

const KILLS: u64 = 50;

/// SplitMix64.
fn random(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ mixed >> 31) % below.max(1)
}

fn start(media: &Path, data: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iroam"));
    command.args(["host", "scan", "--media"]).arg(media).arg("--data").arg(data);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

/// A scan from its start to its end; how long it took.
fn finish(media: &Path, data: &Path) -> Duration {
    let began = Instant::now();
    assert!(start(media, data).wait().expect("it runs").success());
    began.elapsed()
}

fn kill_after(mut scan: Child, delay: Duration) {
    std::thread::sleep(delay);
    scan.kill().expect("ours to kill");
    scan.wait().expect("it is gone");
}

fn check(index: &Path) {
    let connection = Connection::open(index).expect("opens");
    let told: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("answers");
    assert_eq!(told, "ok");
}

#[test]
fn a_scan_that_is_killed_loses_nothing_and_the_next_one_completes() {
    let home = Home::new();
    let mut paths = songs(&home, 60);
    finish(&home.media, &home.data);
    let before = ids(&home.library());
    assert_eq!(before.len(), 60);
    let mut seed = 5;
    let mut longest = finish(&home.media, &home.data) * 2;
    for round in 0..KILLS {
        for (number, path) in paths.iter_mut().enumerate() {
            if random(&mut seed, 2) == 0 {
                continue;
            }
            let to = home.media.join(format!("round {}/{number} {round}.{}", random(&mut seed, 4), format(number)));
            fs::create_dir_all(to.parent().expect("a folder")).expect("made");
            fs::rename(&path, &to).expect("moved");
            *path = to;
            if random(&mut seed, 3) == 0 {
                tag(path, number, &format!("Pressing {round}"), "");
            }
        }
        let delay = Duration::from_micros(random(&mut seed, longest.as_micros() as u64));
        kill_after(start(&home.media, &home.data), delay);
        if round % 10 == 0 {
            check(&home.data.join("library.db"));
        }
        longest = longest.max(finish(&home.media, &home.data));
        assert_eq!(ids(&home.library()), before, "round {round}");
    }
    check(&home.data.join("library.db"));
}

const OLD_TRACKS: i64 = 3_000;

/// An index of the version before paths were parted.
fn old_index(path: &Path) {
    let mut index = Connection::open(path).expect("made");
    index.pragma_update(None, "journal_mode", "WAL").expect("a setting");
    for step in [include_str!("../../src/host/library/0001_first.sql"), include_str!("../../src/host/library/0002_media.sql")] {
        index.execute_batch(step).expect("its tables");
    }
    index.pragma_update(None, "user_version", 2).expect("a version");
    let change = index.transaction().expect("begun");
    for n in 0..OLD_TRACKS {
        let (id, path) = (id(n), format!("/nowhere/album {}/{n}.mp3", n / 12).into_bytes());
        change
            .prepare_cached(
                "INSERT INTO track (id, path, state, mtime_ms, size, kind, title, duration_ms, codec, renditions, sound, added_at_ms,
                 sort_title, sort_artist, sort_album, sort_album_artist, search)
                 VALUES (?, ?, 'present', 1, 1, 'audio', 'A song', 1000, 'MP3', '', '', ?, '', '', '', '', '')",
            )
            .and_then(|mut track| track.execute(params![id, path, n]))
            .expect("kept");
        change
            .prepare_cached("INSERT INTO analysis (track, mtime_ms, size, gated_ms) VALUES (?, 1, 1, ?)")
            .and_then(|mut heard| heard.execute(params![id, n]))
            .expect("kept");
    }
    change.commit().expect("saved");
}

fn id(n: i64) -> [u8; 16] {
    (n as u128).to_be_bytes()
}

/// All that cannot be read from files again.
fn kept(index: &Path) -> Vec<([u8; 16], i64, i64)> {
    let index = Connection::open(index).expect("opens");
    let sql = "SELECT id, added_at_ms, gated_ms FROM track JOIN analysis ON analysis.track = track.n ORDER BY id";
    let mut statement = index.prepare(sql).expect("of this version");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("read");
    rows.collect::<Result<_, _>>().expect("read")
}

#[test]
fn a_step_to_this_version_that_is_killed_loses_nothing() {
    let home = Home::new();
    let (old, data) = (home.data.join("old.db"), home.data.join("data"));
    old_index(&old);
    let expected: Vec<_> = (0..OLD_TRACKS).map(|n| (id(n), n, n)).collect();
    let index = data.join("library.db");
    let begin = || {
        let _ = fs::remove_dir_all(&data);
        fs::create_dir(&data).expect("made");
        fs::copy(&old, &index).expect("copied");
    };
    begin();
    let longest = finish(&home.media, &data).as_micros() as u64;
    assert_eq!(kept(&index), expected);
    let mut seed = 11;
    for round in 0..KILLS {
        begin();
        kill_after(start(&home.media, &data), Duration::from_micros(random(&mut seed, longest)));
        finish(&home.media, &data);
        assert_eq!(kept(&index), expected, "round {round}");
        let left: Vec<_> = fs::read_dir(&data).expect("listed").map(|entry| entry.expect("listed").file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().contains("before-")), "{left:?}");
    }
    check(&index);
}
