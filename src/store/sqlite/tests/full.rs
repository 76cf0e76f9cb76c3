//! No more room, and a disk that fails.

use super::children;
use super::kit::{add, adding, committer, database, job, keys, keys_read, open_at, save};
use crate::store::statement::Statement;
use crate::store::value::params;
use crate::store::{Store, StoreError};

static LIMIT: Statement = Statement::new("LIMIT", "PRAGMA max_page_count = 40");
static UNLIMIT: Statement = Statement::new("UNLIMIT", "PRAGMA max_page_count = 1000000");

#[test]
fn a_job_that_finds_no_room_harms_no_other() {
    let database = database();
    let mut committer = committer(&database.path);
    let set = |statement: &'static Statement| job(move |tx| tx.maybe(statement, params![], |_| Ok(())).map(|_| 0));
    save(&mut committer, vec![set(&LIMIT)]);
    let large = "large ".repeat(100_000);
    let answers = save(&mut committer, vec![adding(1, "small"), adding(2, &large), adding(3, "small"), adding(4, &large)]);
    assert!(matches!(answers.as_slice(), [Ok(1), Err(StoreError::Full), Ok(1), Err(StoreError::Full)]), "{answers:?}");
    assert!(matches!(save(&mut committer, vec![adding(5, &large)]).as_slice(), [Err(StoreError::Full)]));
    assert_eq!(keys(&database.path), [1, 3]);
    save(&mut committer, vec![set(&UNLIMIT)]);
    assert!(save(&mut committer, vec![adding(6, &large)])[0].is_ok());
    assert_eq!(keys(&database.path), [1, 3, 6]);
}

#[test]
fn nothing_acknowledged_is_lost_when_writing_fails() {
    if !children::is_child() {
        return children::run("store::sqlite::tests::full::nothing_acknowledged_is_lost_when_writing_fails");
    }
    let database = database();
    let mut committer = committer(&database.path);
    let mut saved = Vec::new();
    let mut add_group = |first: i64| {
        let answers = save(&mut committer, (first..first + 8).map(|key| adding(key, &"text ".repeat(500))).collect());
        saved.extend((first..).zip(&answers).filter(|(_, answer)| answer.is_ok()).map(|(key, _)| key));
        answers.into_iter().find_map(Result::err)
    };
    assert!(add_group(0).is_none());
    children::limit_files(Some(150_000));
    let failed = (1..100).find_map(|group| add_group(group * 8)).expect("the log cannot grow for ever");
    assert!(matches!(failed, StoreError::OutcomeUnknown), "{failed}");
    // The next one finds the disk as bad, and is not begun.
    let refused = add_group(900).expect("nothing can be written");
    assert!(refused.to_string().contains("disk I/O error"), "{refused}");
    children::limit_files(None);
    assert!(add_group(1000).is_none(), "the writer lives on");
    assert!(saved.len() > 16);
    assert_eq!(keys(&database.path), saved);
}

#[test]
fn nothing_acknowledged_is_lost_on_a_full_disk() {
    if !children::is_child() {
        return children::run("store::sqlite::tests::full::nothing_acknowledged_is_lost_on_a_full_disk");
    }
    let folder = tempfile::tempdir().expect("a folder");
    if !children::mount_small(folder.path(), 3 << 20) {
        println!("skipped: a file system of its own needs root");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    runtime.block_on(fill_the_disk(folder.path()));
}

async fn fill_the_disk(folder: &std::path::Path) {
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![1; 1 << 20]).expect("room for it");
    let path = folder.join("db");
    drop(super::kit::with_notes(&path));
    let store = open_at(&path).await.expect("opens");
    let (mut saved, mut refused) = (Vec::new(), Vec::new());
    for first in (0..).step_by(16) {
        let failures = refused.len();
        for (key, answer) in add_at_once(&store, first).await {
            match answer {
                Ok(_) => saved.push(key),
                Err(error) => refused.push(error),
            }
        }
        if refused.len() > failures + 8 {
            break;
        }
    }
    assert!(saved.len() > 16, "{refused:?}");
    assert!(refused.iter().any(|error| matches!(error, StoreError::Full)), "{refused:?}");
    saved.sort_unstable();
    assert_eq!(keys_read(&store).await.expect("reads go on"), saved);
    std::fs::remove_file(&ballast).expect("there is room again");
    add(&store, 1_000_000, "after").await.expect("the writer lives on");
    saved.push(1_000_000);
    assert_eq!(keys(&path), saved);
}

async fn add_at_once(store: &Store, first: i64) -> Vec<(i64, Result<u64, StoreError>)> {
    let tasks = (first..first + 16).map(|key| {
        let store = store.clone();
        tokio::spawn(async move { (key, add(&store, key, &"text ".repeat(500)).await) })
    });
    let mut answers = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        answers.push(task.await.expect("a caller does not panic"));
    }
    answers
}
