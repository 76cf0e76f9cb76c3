//! What may befall a server that runs.

use std::time::Duration;

use rusqlite::Connection;
use tokio::time::timeout;

use super::children;
use super::kit::{ADD_NOTE, add, database, keys, keys_read, open_at, with_notes};
use crate::store::job::Durability::Full;
use crate::store::sqlite::QUEUE_LENGTH;
use crate::store::value::params;
use crate::store::{Store, StoreError};

/// Many times what one wait for the lock takes, and a fraction of what one for each caller would.
const BOUNDED: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_lock_that_is_not_given_back_keeps_nobody_for_ever() {
    let database = database();
    let store = open_at(&database.path).await.expect("opens");
    let holder = Connection::open(&database.path).expect("the file opens");
    holder.execute_batch("BEGIN IMMEDIATE; INSERT INTO notes VALUES (1000, 'theirs')").expect("the lock");
    let callers: Vec<_> = (0..64)
        .map(|key| {
            tokio::spawn({
                let store = store.clone();
                async move { add(&store, key, "ours").await }
            })
        })
        .collect();
    assert!(keys_read(&store).await.expect("reads go on").is_empty());
    for caller in callers {
        let answer = timeout(BOUNDED, caller).await.expect("a bounded wait").expect("no panic");
        assert!(matches!(answer, Err(StoreError::Busy)), "{answer:?}");
    }
    holder.execute_batch("COMMIT").expect("the lock is given back");
    add(&store, 1, "ours").await.expect("the writer lives on");
    assert_eq!(keys(&database.path), [1, 1000]);
}

#[tokio::test]
async fn a_lock_that_is_given_back_is_waited_for() {
    let database = database();
    let store = open_at(&database.path).await.expect("opens");
    let holder = Connection::open(&database.path).expect("the file opens");
    holder.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let adding = tokio::spawn({
        let store = store.clone();
        async move { add(&store, 1, "ours").await }
    });
    while store.stats().writes_queued > 0 {
        tokio::task::yield_now().await;
    }
    holder.execute_batch("ROLLBACK").expect("the lock is given back");
    adding.await.expect("no panic").expect("saved after all");
}

/// SQLite itself would go on writing into a file that is gone, and lose it all at the next start.
#[tokio::test]
async fn acknowledges_nothing_once_the_file_is_gone() {
    for (side, replaced) in [("", false), ("", true), ("-wal", false)] {
        let database = database();
        let store = open_at(&database.path).await.expect("opens");
        add(&store, 1, "saved").await.expect("a note");
        let file = database.folder.path().join(format!("db{side}"));
        let aside = database.folder.path().join("aside");
        std::fs::rename(&file, &aside).expect("it is moved");
        if replaced {
            std::fs::copy(&aside, &file).expect("another takes its place");
        }
        let refused = add(&store, 2, "lost").await.expect_err("refused").to_string();
        assert!(refused.contains(&file.canonicalize().unwrap_or(file.clone()).display().to_string()), "{refused}");
        assert!(refused.contains("restart"), "{refused}");
        assert_eq!(keys_read(&store).await.expect("reads go on"), [1]);
        std::fs::rename(&aside, &file).expect("it is put back");
        add(&store, 3, "saved").await.expect("the writer lives on");
        assert_eq!(keys(&database.path), [1, 3]);
    }
}

async fn until_writer_took_it(store: &Store) {
    tokio::task::yield_now().await;
    while store.stats().writes_queued > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[test]
fn acknowledges_nothing_once_the_folder_is_unmounted() {
    if !children::is_child() {
        return children::run("store::sqlite::tests::faults::acknowledges_nothing_once_the_folder_is_unmounted");
    }
    let folder = tempfile::tempdir().expect("a folder");
    if !children::mount_small(folder.path(), 8 << 20) {
        println!("skipped: a file system of its own needs root");
        return;
    }
    let path = folder.path().join("db");
    drop(with_notes(&path));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let store = open_at(&path).await.expect("opens");
        add(&store, 1, "saved").await.expect("a note");
        children::unmount(folder.path());
        assert!(add(&store, 2, "lost").await.expect_err("refused").to_string().contains("restart"));
        assert_eq!(keys_read(&store).await.expect("reads go on"), [1]);
        assert!(!path.exists(), "nothing is made in its place");
    });
}

#[tokio::test]
async fn one_more_than_the_queue_holds_is_busy_at_once() {
    let database = database();
    let store = open_at(&database.path).await.expect("opens");
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let occupied = tokio::spawn({
        let store = store.clone();
        // Ends when nobody can send any more.
        async move { store.transact(Full, move |_| Ok(gate.recv().is_err())).await }
    });
    until_writer_took_it(&store).await;
    let queued: Vec<_> = (0..QUEUE_LENGTH as i64)
        .map(|key| {
            tokio::spawn({
                let store = store.clone();
                async move { add(&store, key, "queued").await }
            })
        })
        .collect();
    while store.stats().writes_queued < QUEUE_LENGTH {
        tokio::task::yield_now().await;
    }
    assert!(matches!(add(&store, 5000, "too much").await, Err(StoreError::Busy)));
    assert!(keys_read(&store).await.expect("reads go on").is_empty());
    drop(open);
    assert!(occupied.await.expect("no panic").expect("done"));
    for caller in queued {
        caller.await.expect("no panic").expect("saved");
    }
    assert_eq!(keys(&database.path).len(), QUEUE_LENGTH);
}

#[tokio::test]
async fn work_is_done_though_its_caller_went_away() {
    let database = database();
    let store = open_at(&database.path).await.expect("opens");
    for key in 0..20 {
        let work = store.change(Full, move |db| db.execute(&ADD_NOTE, params![key, "nobody waits"]));
        let mut work = Box::pin(work);
        // Once is enough to queue it.
        assert!(futures_util::FutureExt::now_or_never(&mut work).is_none_or(|done| done.is_ok()));
    }
    add(&store, 20, "somebody waits").await.expect("saved after them");
    assert_eq!(keys(&database.path), (0..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_panicking_job_leaves_the_threads_working() {
    let database = database();
    let store = open_at(&database.path).await.expect("opens");
    for _ in 0..5 {
        let wrote = store.transact(Full, |_| -> Result<(), StoreError> { std::panic::resume_unwind(Box::new("a bug")) }).await;
        let read = store.query(|_| -> Result<(), StoreError> { std::panic::resume_unwind(Box::new("a bug")) }).await;
        assert!(matches!((wrote, read), (Err(StoreError::Panicked), Err(StoreError::Panicked))));
    }
    add(&store, 1, "after").await.expect("the writer lives on");
    assert_eq!(keys_read(&store).await.expect("so do the readers"), [1]);
}
