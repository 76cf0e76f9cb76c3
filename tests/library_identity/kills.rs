//! `kill -9` at any moment: of a scan, also between two transactions, and of the step from an older index to this one. What listeners
//! made is all there after each.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use iroam::host::library::Library;
use iroam::protocol::{Listened, PlayReport, SortKey};
use iroam::types::{TrackId, UnixMs};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::host_kit::{Home, LISTENER, everything, rows};
use crate::songs::{format, ids, songs, tag};

const KILLS: u64 = 50;
/// Scans of so many changed songs are more than one transaction.
const MANY: usize = 1_200;
const KILLS_OF_MANY: u64 = 4;

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

/// Whether the kill came before the end.
fn kill_after(mut scan: Child, delay: Duration) -> bool {
    std::thread::sleep(delay);
    scan.kill().expect("ours to kill");
    !scan.wait().expect("it is gone").success()
}

/// What a listener made of the first songs by title, which is to be there whatever happens.
struct Made {
    tracks: Vec<(TrackId, Listened)>,
}

impl Made {
    fn of(library: &Library) -> Self {
        Self { tracks: rows(library, &everything(SortKey::Title)).into_iter().map(|row| (row.id, row.listened)).collect() }
    }

    /// A play, a star and a love more, and some taken back.
    fn more(&mut self, library: &Library, event: u64) {
        let now = UnixMs(1_700_000_000_000 + event as i64);
        let tracks = self.tracks.len() as u64;
        let (played, track) = ((event * 7 % tracks) as usize, (event * 11 % tracks) as usize);
        let report = PlayReport {
            track: self.tracks[played].0,
            event: Uuid::from_u128(u128::from(event) + 1),
            at_ms: now.0,
            heard_ms: 1_000,
            of_ms: 1_000,
            ended: true,
        };
        library.note_played(LISTENER, &[report], now).expect("noted");
        let listened = &mut self.tracks[played].1;
        (listened.plays, listened.last_played_ms) = (listened.plays + 1, Some(now.0));
        let (id, listened) = &mut self.tracks[track];
        let (rating, is_loved) = ((event % 5 + 1) as u8 * 20, !event.is_multiple_of(3));
        library.rate(LISTENER, &[*id], rating, now).expect("rated");
        library.love(LISTENER, &[*id], is_loved, now).expect("loved");
        (listened.rating, listened.loved) = (Some(rating), is_loved);
    }

    fn check(&self, library: &Library, when: &str) {
        let mut rows = rows(library, &everything(SortKey::Title));
        library.fill_listened(LISTENER, &mut rows).expect("reads");
        let found: Vec<_> = rows.into_iter().map(|row| (row.id, row.listened)).collect();
        assert_eq!(found, self.tracks, "{when}");
    }
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
    let (mut seed, mut landed, mut round) = (5, 0, 0);
    let mut usual = finish(&home.media, &home.data);
    let mut made = Made::of(&home.library());
    // Some scans are over before they are killed: those do not count.
    while landed < KILLS {
        assert!(round < 6 * KILLS, "only {landed} of {round} scans were killed");
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
        let delay = Duration::from_micros(random(&mut seed, usual.as_micros() as u64));
        let library = home.library();
        let scan = start(&home.media, &home.data);
        std::thread::scope(|scope| {
            scope.spawn(|| made.more(&library, round));
            landed += u64::from(kill_after(scan, delay));
        });
        drop(library);
        if round % 10 == 0 {
            check(&home.data.join("library.db"));
        }
        usual = (usual * 3 + finish(&home.media, &home.data)) / 4;
        let library = home.library();
        assert_eq!(ids(&library), before, "round {round}");
        made.check(&library, &format!("round {round}"));
        round += 1;
    }
    check(&home.data.join("library.db"));
    check(&home.data.join("listeners.db"));
}

/// Tracks that the index has with this album.
fn of_album(index: &Path, album: &str) -> i64 {
    let index = Connection::open(index).expect("opens");
    let sql = "SELECT count(*) FROM track JOIN album ON album.n = track.album WHERE album.title = ?";
    index.query_row(sql, [album], |row| row.get(0)).expect("counted")
}

#[test]
fn a_scan_that_is_killed_between_two_transactions_loses_nothing_that_was_made_meanwhile() {
    let home = Home::new();
    let mut paths = songs(&home, MANY);
    finish(&home.media, &home.data);
    let library = home.library();
    let before = ids(&library);
    let mut made = Made::of(&library);
    drop(library);
    let index = home.data.join("library.db");
    let (mut seed, mut events, mut between) = (7, 0, 0);
    for round in 0..KILLS_OF_MANY {
        let album = format!("Pressing {round}");
        for (number, path) in paths.iter_mut().enumerate() {
            tag(path, number, &album, "");
            if number as u64 % 7 == round {
                let to = path.with_file_name(format!("{number} {round}.{}", format(number)));
                fs::rename(&path, &to).expect("moved");
                *path = to;
            }
        }
        let library = home.library();
        let mut scan = start(&home.media, &home.data);
        // Listeners go on while it runs, and it is killed soon after it has made something last.
        while of_album(&index, &album) == 0 && scan.try_wait().expect("ours").is_none() {
            made.more(&library, events);
            events += 1;
        }
        kill_after(scan, Duration::from_micros(random(&mut seed, 20_000)));
        drop(library);
        between += u64::from((1..MANY as i64).contains(&of_album(&index, &album)));
        check(&index);
        made.check(&home.library(), &format!("round {round}, killed"));
        finish(&home.media, &home.data);
        let library = home.library();
        assert_eq!(ids(&library), before, "round {round}");
        made.check(&library, &format!("round {round}"));
        assert_eq!(of_album(&index, &album), MANY as i64, "round {round}");
    }
    assert!(between > 0, "no scan was killed between two transactions");
    check(&home.data.join("listeners.db"));
    eprintln!("{between} of {KILLS_OF_MANY} killed between two transactions, {events} reports meanwhile");
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
    let (mut seed, mut landed) = (11, 0);
    for round in 0..KILLS {
        begin();
        landed += u64::from(kill_after(start(&home.media, &data), Duration::from_micros(random(&mut seed, longest))));
        finish(&home.media, &data);
        assert_eq!(kept(&index), expected, "round {round}");
        let left: Vec<_> = fs::read_dir(&data).expect("listed").map(|entry| entry.expect("listed").file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().contains("before-")), "{left:?}");
    }
    assert!(landed > KILLS / 4, "only {landed} steps were killed");
    check(&index);
}
