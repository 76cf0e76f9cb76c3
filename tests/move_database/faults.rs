//! Whatever ends a move, the same command goes on with it, and its end is verified.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::command::{Running, moves, refusal, url};
use crate::postgres_kit::Server;
use crate::{content, judge};

/// Moves killed for each pair of engines.
const KILLS: u32 = 5;

/// Enough for several batches of each large table.
fn fill(path: &Path) {
    let db = content::make(path);
    content::fill(&db, 2_000, 12_000, 6_000);
    content::fill_awkwardly(&db);
}

/// Kills moves when some of the rows have arrived, from the first ones to nearly all, then lets each be finished. `target` names one of
/// several empty targets, `rows` counts what is in it, and `is_right` says whether all has arrived.
fn kill_and_go_on(from: &str, target: impl Fn(u32) -> String, rows: impl Fn(u32) -> i64, is_right: impl Fn(u32) -> bool) {
    moves(from, &target(0));
    let whole = rows(0);
    let mut unfinished = 0;
    for number in 1..=KILLS {
        let to = target(number);
        // Tenths of the rows. The last of the moves is killed twice.
        let kills = if number == KILLS { vec![5, 9] } else { vec![2 * number - 1] };
        for tenths in kills {
            let mut running = Running::start(from, &to);
            running.stop_where(|| rows(number) * 10 >= whole * i64::from(tenths));
            running.kill();
            unfinished += u32::from(!running.succeeded());
        }
        let (code, said) = Running::start(from, &to).end();
        // A kill may come when all is done, which needs no repeating.
        assert!(code == Some(0) || said.contains("finished needs no repeating"), "{said}");
        assert!(is_right(number), "killed for the {number}th time");
    }
    assert!(unfinished >= KILLS / 2, "only {unfinished} of the moves were killed in time");
}

#[test]
fn killed_moves_between_files_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |number: u32| folder.path().join(format!("{number}.db"));
    let from = folder.path().join("from.db");
    fill(&from);
    let expected = judge::sqlite(&from);
    kill_and_go_on(
        &url(&from),
        |number| url(&file(number)),
        |number| rows_in(&file(number)),
        |number| judge::sqlite(&file(number)) == expected,
    );
}

/// Rows of the large tables, as far as they can be counted now.
const COUNT: &str = "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM web_sessions) + (SELECT count(*) FROM play_sessions)";

fn rows_in(path: &Path) -> i64 {
    let opened = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    opened.and_then(|db| db.query_row(COUNT, [], |row| row.get(0))).unwrap_or(0)
}

#[test]
fn killed_moves_to_postgresql_and_back_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |number: u32| folder.path().join(format!("{number}.db"));
    let from = folder.path().join("from.db");
    fill(&from);
    let expected = judge::sqlite(&from);
    let server = Server::shared();
    let databases: Vec<String> = (0..=KILLS).map(|_| server.new_database()).collect();
    let there = |number: u32| databases[number as usize].clone();
    let rows_there = |number: u32| server.try_psql(&there(number), COUNT).ok().and_then(|rows| rows.parse().ok()).unwrap_or(0);
    kill_and_go_on(&url(&from), there, rows_there, |number| judge::postgres(server, &there(number), &from) == expected);
    kill_and_go_on(
        &databases[0],
        |number| url(&file(number)),
        |number| rows_in(&file(number)),
        |number| judge::sqlite(&file(number)) == expected,
    );
}

#[test]
fn signals_stop_a_move_that_then_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = folder.path().join("from.db");
    fill(&from);
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        let (to, said) =
            (0..20).find_map(|attempt| stopped_by(signal, &from, folder.path().join(format!("{signal} {attempt}.db")))).expect("stopped");
        assert!(said.lines().last().is_some_and(|line| line.contains("run the same command again to go on")), "{said}");
        moves(&url(&from), &url(&to));
        assert_eq!(judge::sqlite(&to), judge::sqlite(&from));
    }
}

/// Where a move was stopped by `signal`, and what it said; `None` when all was copied before it stood still for that, as on a busy machine.
fn stopped_by(signal: i32, from: &Path, to: PathBuf) -> Option<(PathBuf, String)> {
    let running = Running::start(&url(from), &url(&to));
    running.stop_where(|| has_users(&to));
    if rows_in(&to) == rows_in(from) {
        return None;
    }
    running.signal(signal);
    running.go_on();
    let (code, said) = running.end();
    assert_eq!(code, Some(1), "{said}");
    Some((to, said))
}

fn has_users(path: &Path) -> bool {
    let count = Connection::open(path).and_then(|db| db.query_row("SELECT count(*) FROM users", [], |row| row.get::<_, i64>(0)));
    count.is_ok_and(|rows| rows > 0)
}

#[test]
fn source_that_changed_before_the_move_went_on_is_found_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    fill(&from);
    let mut running = Running::start(&url(&from), &url(&to));
    running.stop_where(|| has_users(&to));
    running.kill();
    assert!(!running.succeeded());
    let changes = "UPDATE users SET password_phc = 'a new secret' WHERE rowid = 1; INSERT INTO users VALUES ('!', 'n', 'k', 'p', 1)";
    Connection::open(&from).and_then(|db| db.execute_batch(changes)).expect("changed");
    for _ in 0..2 {
        let said = refusal(&url(&from), &url(&to));
        assert!(said.contains("in 2 rows: users ! is missing in the target; users 00000000-"), "{said}");
        assert!(said.contains("differs in password_phc. The source has changed since the move began"), "{said}");
        assert!(said.contains("start again with an empty target") && !said.contains("secret"), "{said}");
    }
}

/// As if a move had been killed at its last step, and then the target was changed.
#[test]
fn every_difference_between_the_two_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = folder.path().join("from.db");
    content::fill_awkwardly(&content::make(&from));
    let server = Server::shared();
    let mark = format!("CREATE TABLE iroam_move (source TEXT PRIMARY KEY NOT NULL); INSERT INTO iroam_move VALUES ('{}')", from.display());
    let cases = [
        ("UPDATE users SET name = name || ' ' WHERE id = 'a0'", "in 1 rows: users a0 differs in name."),
        ("UPDATE hosts SET last_seen_at_ms = NULL, name = 'x' WHERE id = 'a0'", "hosts a0 differs in name, last_seen_at_ms."),
        ("UPDATE hosts SET revoked_at_ms = 0 WHERE id = 'B1'", "hosts B1 differs in revoked_at_ms."),
        ("DELETE FROM play_sessions WHERE user_id = 'a0'", "play_sessions 0 is missing in the target."),
        ("INSERT INTO users VALUES ('00', 'n', 'k', 'p', 1)", "users 00 is only in the target."),
        ("INSERT INTO users VALUES ('~~', 'n', 'k', 'p', 1)", "users ~~ is only in the target."),
        ("DELETE FROM users WHERE id = 'ä6'", "is missing in the target; "),
    ];
    for (number, (change, words)) in cases.iter().enumerate() {
        let (to, there) = (folder.path().join(format!("{number}.db")), server.new_database());
        moves(&url(&from), &url(&to));
        moves(&url(&from), &there);
        let db = Connection::open(&to).expect("opens");
        db.execute_batch(&format!("PRAGMA foreign_keys = true; {mark}; {change}")).expect("changed");
        server.psql(&there, &format!("SET ROLE iroam; {mark}; {change}"));
        for target in [&url(&to), &there] {
            let said = refusal(&url(&from), target);
            assert!(said.contains(words), "{change}: {said}");
        }
    }
}

#[test]
fn lost_server_is_said_and_the_move_goes_on_when_it_is_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, back) = (folder.path().join("from.db"), folder.path().join("back.db"));
    fill(&from);
    let server = Server::start(&[]);
    let there = server.new_database();
    let running = Running::start(&url(&from), &there);
    running.stop_where(|| server.try_psql(&there, "SELECT 1 FROM users LIMIT 1").is_ok_and(|found| found == "1"));
    server.kill();
    running.go_on();
    let (code, said) = running.end();
    assert_eq!(code, Some(1));
    assert!(said.contains("the target could not be filled: the database cannot be reached"), "{said}");
    assert!(said.contains("run the same command again to go on"), "{said}");
    server.restart();
    moves(&url(&from), &there);
    let expected = judge::sqlite(&from);
    assert_eq!(judge::postgres(&server, &there, &from), expected);

    let running = Running::start(&there, &url(&back));
    running.stop_where(|| has_users(&back));
    server.kill();
    running.go_on();
    let (code, said) = running.end();
    assert_eq!(code, Some(1));
    assert!(said.contains("the source could not be read: the database cannot be reached"), "{said}");
    server.restart();
    moves(&there, &url(&back));
    assert_eq!(judge::sqlite(&back), expected);
}

#[test]
fn full_disk_is_said_and_the_move_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = folder.path().join("from.db");
    fill(&from);
    let small = folder.path().join("small");
    std::fs::create_dir(&small).expect("made");
    let to = small.join("to.db");
    // A disk of its own that nobody else sees; more room is made on it for the second try.
    let script = "mount -t tmpfs -o size=4m none \"$2\" && \"$1\" admin move-database --from \"$3\" --to \"$4\"; echo \"ended with $?\" >&2
        mount -o remount,size=100m \"$2\" && \"$1\" admin move-database --from \"$3\" --to \"$4\" && cp \"$2\"/to.db \"$5\"";
    let mut command = std::process::Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_iroam")]);
    command.arg(&small).arg(url(&from)).arg(url(&to)).arg(folder.path().join("copied.db"));
    let output = command.output().expect("unshare runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the target could not be filled: the disk of the database is full"), "{said}");
    assert!(said.contains("ended with 1") && output.status.success(), "{said}");
    assert_eq!(judge::sqlite(&folder.path().join("copied.db")), judge::sqlite(&from));
}
