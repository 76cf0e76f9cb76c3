//! A disk that takes writes and then fails to keep them.

use std::os::raw::c_int;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::kit::{ADD_NOTE, Database, add, adding, committer, database, job, keys, keys_read, open_at, save};
use crate::store::StoreError;
use crate::store::job::Durability::Relaxed;
use crate::store::value::params;

/// Files below these folders cannot be synced.
static FAILING: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The C library's own is behind this one in the whole test program, SQLite's calls included.
// SAFETY: the name and the shape are the C library's, and so is what it does, but for the folders above
#[unsafe(no_mangle)]
extern "C" fn fsync(fd: c_int) -> c_int {
    sync(fd, libc::SYS_fsync)
}

/// SQLite calls the one or the other, as it was compiled.
// SAFETY: as above
#[unsafe(no_mangle)]
extern "C" fn fdatasync(fd: c_int) -> c_int {
    sync(fd, libc::SYS_fdatasync)
}

fn sync(fd: c_int, call: libc::c_long) -> c_int {
    let file = std::fs::read_link(format!("/proc/self/fd/{fd}")).unwrap_or_default();
    let fails = FAILING.lock().expect("nobody panics with it").iter().any(|folder| file.starts_with(folder));
    if fails {
        // SAFETY: it leads to this thread's own
        unsafe { *libc::__errno_location() = libc::EIO };
        return -1;
    }
    // SAFETY: both calls take a descriptor only, and refuse one that is not open
    unsafe { libc::syscall(call, fd) as c_int }
}

fn break_disk(database: &Database) {
    FAILING.lock().expect("nobody panics with it").push(folder(database));
}

fn mend_disk(database: &Database) {
    FAILING.lock().expect("nobody panics with it").retain(|failing| *failing != folder(database));
}

fn folder(database: &Database) -> PathBuf {
    database.folder.path().canonicalize().expect("it is there")
}

/// What a start finds after the process was killed now, with the files of these endings left.
fn keys_after_kill(database: &Database, endings: &[&str]) -> Vec<i64> {
    let copy = tempfile::tempdir().expect("a folder");
    let named = |folder: &Path, ending: &str| folder.join(format!("db{ending}"));
    for ending in endings {
        std::fs::copy(named(database.folder.path(), ending), named(copy.path(), ending)).expect("a copy");
    }
    keys(&named(copy.path(), ""))
}

#[tokio::test]
async fn a_change_that_the_disk_did_not_keep_is_neither_there_nor_not() {
    let database = database();
    let store = open_at(&database.path).await.expect("opens");
    add(&store, 1, "saved").await.expect("a note");
    break_disk(&database);
    let failed = add(&store, 2, "perhaps").await;
    assert!(matches!(failed, Err(StoreError::OutcomeUnknown)), "{failed:?}");
    assert_eq!(keys_read(&store).await.expect("reads go on"), [1]);
    assert_eq!(keys_after_kill(&database, &["", "-wal"]), [1, 2], "why nothing else may be said");
    let refused = add(&store, 3, "refused").await;
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    mend_disk(&database);
    add(&store, 4, "saved").await.expect("the writer lives on");
    assert_eq!(keys_read(&store).await.expect("reads go on"), [1, 4]);
    assert_eq!(keys_after_kill(&database, &["", "-wal"]), [1, 4]);
}

#[test]
fn nobody_of_a_group_that_the_disk_did_not_keep_runs_again() {
    let database = database();
    let mut committer = committer(&database.path);
    let _reader = crate::store::sqlite::open::reader(&database.path).expect("the file opens");
    let runs = Arc::new(AtomicUsize::new(0));
    let counting = |key: i64| {
        let runs = runs.clone();
        job(move |tx| {
            runs.fetch_add(1, Ordering::Relaxed);
            tx.execute(&ADD_NOTE, params![key, "perhaps"])
        })
    };
    break_disk(&database);
    let answers = save(&mut committer, (0..5).map(counting).collect());
    assert!(answers.iter().all(|answer| matches!(answer, Err(StoreError::OutcomeUnknown))), "{answers:?}");
    assert_eq!((runs.load(Ordering::Relaxed), committer.counts.stats().transactions_retried), (5, 0));
    mend_disk(&database);
    assert!(save(&mut committer, vec![adding(7, "saved")])[0].is_ok());
    assert_eq!(keys(&database.path), [7]);
}

/// The system drops what it could not write, and says so once. A log ends where it has a gap, also before what was synced.
#[tokio::test]
async fn what_follows_a_failed_sync_does_not_rest_on_the_log_before_it() {
    let database = database();
    let store = open_at(&database.path).await.expect("opens");
    store.change(Relaxed, |db| db.execute(&ADD_NOTE, params![1, "not waited for"])).await.expect("a note");
    break_disk(&database);
    assert!(add(&store, 2, "perhaps").await.is_err());
    mend_disk(&database);
    add(&store, 3, "saved").await.expect("the writer lives on");
    assert_eq!(keys_after_kill(&database, &[""]), [1], "in the file itself");
    assert_eq!(keys_after_kill(&database, &["", "-wal"]), [1, 3]);
}
