//! What is not moved, and why, in words that say what to do. A refusal makes and changes nothing.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rusqlite::Connection;

use crate::command::{Running, moves, refusal, url, wait_until};
use crate::postgres_kit::Server;
use crate::{content, judge};

const MARK: &str = "CREATE TABLE iroam_move (source TEXT PRIMARY KEY NOT NULL); INSERT INTO iroam_move VALUES ('elsewhere')";
const ROW: &str = "INSERT INTO users VALUES ('somebody', 'n', 'k', 'p', 1)";

/// A database with rows, and a path for another beside it.
fn source(folder: &Path) -> (String, std::path::PathBuf) {
    let from = folder.join("from.db");
    content::fill_awkwardly(&content::make(&from));
    (url(&from), folder.join("to.db"))
}

#[test]
fn target_with_rows_or_tables_of_others_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = source(folder.path());
    let db = content::make(&to);
    db.execute(ROW, []).expect("a row");
    let before = judge::sqlite(&to);
    let said = refusal(&from, &url(&to));
    assert!(said.contains("not empty (there are rows in users)"), "{said}");
    db.execute_batch("DELETE FROM users; CREATE TABLE diary (day TEXT) STRICT").expect("a table");
    assert!(refusal(&from, &url(&to)).contains("a table diary that is not iroam's"));
    db.execute_batch(&format!("DROP TABLE diary; {ROW}")).expect("as before");
    assert_eq!(judge::sqlite(&to), before);

    let other = folder.path().join("other.db");
    Connection::open(&other).and_then(|db| db.execute_batch("CREATE TABLE diary (day TEXT)")).expect("another program's");
    assert!(refusal(&from, &url(&other)).contains("a table diary that is not iroam's"));
    let text = folder.path().join("text");
    std::fs::write(&text, "this is a diary, not a database. ".repeat(100)).expect("a file");
    assert!(refusal(&from, &url(&text)).contains("not an iroam database"));
}

#[test]
fn postgresql_target_with_rows_or_tables_of_others_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, _) = source(folder.path());
    let server = Server::shared();
    let others = server.new_database();
    server.psql(&others, "CREATE TABLE diary (day TEXT)");
    assert!(refusal(&from, &others).contains("a table diary that is not iroam's"));
    assert_eq!(judge::tables(server, &others), ["diary"]);
    let used = server.new_database();
    moves(&from, &used);
    let said = refusal(&from, &used);
    assert!(said.contains("not empty (there are rows in users)") && said.contains("finished needs no repeating"), "{said}");
    let empty = server.new_database();
    assert!(refusal(&from, &format!("{empty}_that_nobody_made")).contains("does not exist"));
}

#[test]
fn source_that_is_not_there_or_not_ours_makes_no_target() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("nothing.db"), folder.path().join("to.db"));
    assert!(refusal(&url(&from), &url(&to)).contains("there is no iroam database at"));
    assert!(!from.exists() && !to.exists());
    let server = Server::shared();
    let empty = server.new_database();
    assert!(refusal(&empty, &url(&to)).contains("there is no iroam database at"));
    assert!(judge::tables(server, &empty).is_empty() && !to.exists());
    Connection::open(&from).and_then(|db| db.execute_batch("CREATE TABLE diary (day TEXT)")).expect("another program's");
    assert!(refusal(&url(&from), &url(&to)).contains("is not an iroam database"));
    assert!(!to.exists());
}

#[test]
fn one_database_by_two_names_is_no_move() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, _) = source(folder.path());
    let linked = folder.path().join("linked.db");
    std::os::unix::fs::symlink(folder.path().join("from.db"), &linked).expect("a link");
    for to in [&from, &url(&linked), &url(&folder.path().join("./from.db"))] {
        assert!(refusal(&from, to).contains("the same database"));
    }
}

#[test]
fn other_schema_than_this_programs_is_not_moved() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = source(folder.path());
    let db = Connection::open(folder.path().join("from.db")).expect("opens");
    db.pragma_update(None, "user_version", 1).expect("older");
    let said = refusal(&from, &url(&to));
    assert!(said.contains("of an older iroam (schema 1,") && said.contains("start this iroam serve on it once"), "{said}");
    db.pragma_update(None, "user_version", 1000).expect("newer");
    assert!(refusal(&from, &url(&to)).contains("upgrade iroam"));
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a number");
    assert!(version == 1000 && !to.exists());
}

#[test]
fn serve_must_be_stopped_at_both_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    for folder in [&here, &there] {
        std::fs::create_dir(folder).expect("made");
    }
    let (from, _) = source(&here);
    let to = there.join("to.db");
    for path in [here.join("from.db.lock"), there.join("to.db.lock")] {
        let lock = File::create(path).expect("a file");
        lock.lock().expect("as serve does");
        let said = refusal(&from, &url(&to));
        assert!(said.contains("is using the database") && said.contains("stop it"), "{said}");
    }
    assert!(!to.exists());
    moves(&from, &url(&to));
}

#[test]
fn whoever_else_is_connected_to_postgresql_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = source(folder.path());
    let server = Server::shared();
    let there = server.new_database();
    moves(&from, &there);
    let empty = server.new_database();
    for (from, to, used) in [(&there, &url(&to), &there), (&from, &empty, &empty)] {
        let mut idle = psql(used).args(["-c", "SELECT pg_sleep(600)"]).env("PGAPPNAME", "music").spawn().expect("psql runs");
        let is_there = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'music'";
        wait_until(|| server.psql(used, is_there) == "1");
        let said = refusal(from, to);
        idle.kill().and_then(|()| idle.wait()).expect("our own child");
        assert!(said.contains("others are connected to postgres://") && said.contains("music (process "), "{said}");
        assert!(said.contains("Stop iroam serve"), "{said}");
    }
    assert!(!to.exists() && judge::tables(server, &empty).is_empty());
}

#[test]
fn source_that_somebody_writes_to_is_not_moved() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = source(folder.path());
    let server = Server::shared();
    let copy = server.new_database();
    moves(&from, &copy);
    let db = Connection::open(folder.path().join("from.db")).expect("opens");
    db.execute_batch(&format!("BEGIN; {ROW}")).expect("a writer");
    let said = refusal(&from, &url(&to));
    assert!(said.contains("locked by another process") && said.contains("stop that process"), "{said}");
    // A writer of PostgreSQL's, for as long as a command of psql runs.
    let mut writer = psql(&copy).args(["-c", &format!("BEGIN; {ROW}; SELECT pg_sleep(600)")]).spawn().expect("psql runs");
    let is_writing =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()";
    wait_until(|| server.psql(&copy, is_writing) == "1");
    let said = refusal(&copy, &url(&to));
    writer.kill().and_then(|()| writer.wait()).expect("our own child");
    assert!(said.contains("others are connected to postgres://"), "{said}");
    assert!(!to.exists());
}

fn psql(database: &str) -> Command {
    let mut command = Command::new(crate::postgres_kit::program("psql"));
    command.env("HOME", "/").args(["-XAtq", database]).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

#[test]
fn unfinished_target_is_opened_by_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    assert!(admin(&["create-user", "--name", "somebody", "--data"], &data).status.success());
    let (from, to) = (url(&data.join("iroam.db")), folder.path().join("to.db"));
    let server = Server::shared();
    let there = server.new_database();
    moves(&from, &url(&to));
    moves(&from, &there);
    Connection::open(&to).and_then(|db| db.execute_batch(MARK)).expect("marked");
    server.psql(&there, &format!("SET ROLE iroam; {MARK}"));
    for target in [&url(&to), &there] {
        let said = refusal(&from, target);
        assert!(said.contains("a move from elsewhere into") && said.contains("is not finished"), "{said}");
        assert!(refusal(target, &url(&folder.path().join("third.db"))).contains("is not finished"));
        let output = admin(&["users", "--database", target, "--data"], &data);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("run iroam admin move-database again"), "{said}");
    }
}

/// Another command, whose last word is the data folder; a password comes on its standard input.
fn admin(words: &[&str], data: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iroam"));
    command.arg("admin").args(words).arg(data).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("piped").write_all(b"a long enough password\n").ok();
    child.wait_with_output().expect("it ends")
}

#[test]
fn nobody_changes_the_source_while_it_moves() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (folder.path().join("first.db"), folder.path().join("second.db"));
    content::fill(&content::make(&first), 5_000, 60_000, 20_000);
    let server = Server::shared();
    let middle = server.new_database();
    let writer = Connection::open(&first).expect("opens");
    writer.busy_timeout(std::time::Duration::ZERO).expect("set");
    let mut running = Running::start(&url(&first), &middle);
    running.stop_where(|| judge::tables(server, &middle).contains(&"iroam_move".to_owned()));
    assert!(writer.execute(ROW, []).expect_err("refused").to_string().contains("locked"));
    running.go_on();
    assert!(running.succeeded());
    writer.execute(ROW, []).expect("the lock is gone");

    let mut running = Running::start(&middle, &url(&second));
    running.stop_where(|| second.exists());
    let refused = server.try_psql(&middle, &format!("SET lock_timeout = '100ms'; {ROW}")).expect_err("refused");
    assert!(refused.contains("lock timeout"), "{refused}");
    running.go_on();
    assert!(running.succeeded());
    server.psql(&middle, ROW);
}
