//! Jobs that are committed together.

use std::cell::RefCell;
use std::panic::resume_unwind;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::kit::{ADD_NOTE, LOSE, NOTES, adding, committer, database, job, keys, open_at, save};
use crate::store::StoreError;
use crate::store::job::Durability::{Full, Relaxed};
use crate::store::job::{Job, Kind};
use crate::store::sqlite::{open, writer};
use crate::store::statement::Statement;
use crate::store::value::params;

#[test]
fn one_commit_saves_all_of_a_group() {
    let database = database();
    let mut committer = committer(&database.path);
    let group = (0..50).map(|key| adding(key, "together")).collect();
    assert!(save(&mut committer, group).into_iter().all(|answer| answer.is_ok()));
    assert_eq!(keys(&database.path), (0..50).collect::<Vec<_>>());
    let stats = committer.counts.stats();
    assert_eq!((stats.commits, stats.jobs_committed, stats.transactions_retried), (1, 50, 0));
}

#[test]
fn a_job_that_fails_undoes_only_itself() {
    let database = database();
    let failing = job(|tx| {
        tx.execute(&ADD_NOTE, params![2, "undone"])?;
        Err(StoreError::failed("it thought better of it"))
    });
    let panicking = job(|tx| {
        tx.execute(&ADD_NOTE, params![3, "undone"])?;
        resume_unwind(Box::new("a bug"))
    });
    let colliding = job(|tx| {
        tx.execute(&ADD_NOTE, params![4, "undone"])?;
        // The job itself does not mind that this is refused: it is undone all the same.
        let _ = tx.execute(&ADD_NOTE, params![1, "there already"]);
        Ok(0)
    });
    let answers = save(&mut committer(&database.path), vec![adding(1, "a"), failing, panicking, colliding, adding(5, "b")]);
    assert!(matches!(
        answers.as_slice(),
        [Ok(1), Err(StoreError::Failed(_)), Err(StoreError::Panicked), Err(StoreError::AfterFailure), Ok(1)]
    ));
    assert_eq!(keys(&database.path), [1, 5]);
}

/// What SQLite does by itself after some errors, a job does here: it ends the transaction of all.
#[test]
fn a_job_that_loses_the_transaction_harms_no_other() {
    let database = database();
    let losing = job(|tx| {
        tx.execute(&ADD_NOTE, params![3, "lost"])?;
        tx.execute(&LOSE, params![])
    });
    let mut committer = committer(&database.path);
    let answers = save(&mut committer, vec![adding(1, "a"), adding(2, "b"), losing, adding(4, "c")]);
    assert!(matches!(answers.as_slice(), [Ok(1), Ok(1), Err(StoreError::AfterFailure), Ok(1)]), "{answers:?}");
    assert!(save(&mut committer, vec![adding(5, "alone")])[0].is_ok());
    assert_eq!(keys(&database.path), [1, 2, 4, 5]);
    assert_eq!(committer.counts.stats().transactions_retried, 4);
}

#[test]
fn nothing_is_visible_or_answered_before_the_commit() {
    let database = database();
    let path = database.path.clone();
    let (first, answer) = adding(1, "a");
    let answer = RefCell::new(answer);
    let (looking, mut looked) = job(move |_| Ok((keys(&path).len(), answer.borrow_mut().try_recv().is_ok())));
    writer::save(&mut committer(&database.path), vec![first, looking]);
    assert_eq!(looked.try_recv().expect("answered").expect("looked"), (0, false));
    assert_eq!(keys(&database.path), [1]);
}

#[test]
fn waits_for_the_disk_when_one_of_a_group_wants_it() {
    let database = database();
    let (looks, seen) = std::sync::mpsc::channel();
    static SYNCHRONOUS: Statement = Statement::new("SYNCHRONOUS", "SELECT synchronous FROM pragma_synchronous");
    let job = |durability| {
        let looks = looks.clone();
        Job::new(Kind::Transaction(durability), move |tx| {
            looks.send(tx.one(&SYNCHRONOUS, params![], |row| row.get::<i64>("synchronous"))?).expect("the test listens");
            Ok(())
        })
    };
    let mut committer = committer(&database.path);
    for group in [vec![job(Relaxed)], vec![job(Relaxed), job(Full)], vec![job(Relaxed), job(Relaxed)], vec![job(Full)]] {
        save(&mut committer, group);
    }
    drop(looks);
    let (normal, full) = (1, 2);
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), [normal, full, full, normal, normal, full]);
}

#[test]
fn a_job_that_waited_too_long_is_not_run() {
    let database = database();
    let (mut late, answer) = adding(1, "late");
    late.queued_at = Instant::now().checked_sub(Duration::from_secs(11)).expect("the machine runs for longer");
    let answers = save(&mut committer(&database.path), vec![(late, answer), adding(2, "in time")]);
    assert!(matches!(answers.as_slice(), [Err(StoreError::Busy), Ok(1)]));
    assert_eq!(keys(&database.path), [2]);
}

#[test]
fn opens_the_file_anew_after_a_connection_was_given_up() {
    let database = database();
    let mut committer = committer(&database.path);
    let _reader = open::reader(&database.path).expect("the file opens");
    committer.give_up();
    assert!(save(&mut committer, vec![adding(1, "a")])[0].is_ok());
    assert_eq!((keys(&database.path), committer.counts.stats().reconnects), (vec![1], 1));
}

#[tokio::test]
async fn a_snapshot_is_of_one_instant() {
    let database = database();
    let store = open_at(&database.path).await.expect("opens");
    let path = database.path.clone();
    let counted = store.snapshot(move |tx| {
        let before = tx.all(&NOTES, params![], |row| row.get::<i64>("key"))?.len();
        let other = Connection::open(&path).expect("the file opens");
        other.execute("INSERT INTO notes (text) VALUES ('meanwhile')", []).expect("a row");
        Ok((before, tx.all(&NOTES, params![], |row| row.get::<i64>("key"))?.len()))
    });
    assert_eq!(counted.await.expect("an answer"), (0, 0));
    assert_eq!(keys(&database.path).len(), 1);
}

#[tokio::test]
async fn parameters_are_bound_by_name() {
    let database = database();
    let store = open_at(&database.path).await.expect("opens");
    static MINUS: Statement = Statement::new("MINUS", "SELECT $2 - $1 AS difference, $3 AS third");
    let read =
        store.query(|db| db.one(&MINUS, params![1, 10, "x"], |row| Ok((row.get::<String>("third")?, row.get::<i64>("difference")?))));
    assert_eq!(read.await.expect("an answer"), ("x".to_owned(), 9));
}
