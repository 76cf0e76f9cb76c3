//! The locks by which other programs know that the database is in use. The last one that closes a database takes its log away, and
//! SQLite before 3.51 tells by these alone whether it is the last.

use std::os::unix::process::parent_id;
use std::path::Path;

use super::children;
use super::kit::{adding, committer, database, open_at, save};

/// The bytes on which SQLite holds a read lock as long as it has a log open ("lock-byte page" of its file format): first, how many.
const IN_USE: (i64, i64) = (0x4000_0002, 510);

/// Another process has to look: its own locks are in nobody's way.
fn expect_locks(path: &Path) {
    children::run_at("store::sqlite::tests::locks::another_opening_in_the_process_loses_no_locks", path);
}

#[tokio::test]
async fn another_opening_in_the_process_loses_no_locks() {
    if children::is_child() {
        return assert_eq!(children::locked_by(&children::place(), IN_USE.0, IN_USE.1), Some(parent_id()), "the locks are gone");
    }
    let database = database();
    let _store = open_at(&database.path).await.expect("opens");
    let second = open_at(&database.path).await.expect("opens");
    expect_locks(&database.path);
    drop(second);
    expect_locks(&database.path);
}

#[tokio::test]
async fn a_writer_opened_anew_loses_no_locks() {
    let database = database();
    let mut committer = committer(&database.path);
    let _store = open_at(&database.path).await.expect("opens");
    committer.give_up();
    assert!(save(&mut committer, vec![adding(1, "saved")])[0].is_ok());
    expect_locks(&database.path);
}
