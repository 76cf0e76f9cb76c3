//! The thread that writes: it takes what waits, runs each piece of work in a savepoint of one transaction, and commits them
//! together (group commit), so that one wait for the disk serves them all.

use crossbeam_channel::Receiver;
use rusqlite::Connection;

use super::executor::SqliteExecutor;
use crate::store::StoreError;
use crate::store::job::{Durability, Job, Kind, Verdict};

/// Most jobs of one commit: more would only keep the first ones waiting.
const GROUP_MAX: usize = 256;

/// Changes rows until the queue's last sender is gone.
pub fn run(connection: &Connection, queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        group.extend(queue.try_iter().take(GROUP_MAX - 1));
        match commit(connection, &mut group) {
            Ok(()) => group.into_iter().for_each(|job| job.answer(Ok(()))),
            Err(error) => answer_apart(connection, group, error),
        }
    }
}

/// After a group failed, one of them may be to blame, or all: alone, each gets its own answer.
fn answer_apart(connection: &Connection, mut group: Vec<Job>, error: StoreError) {
    if group.len() == 1 {
        return group.remove(0).answer(Err(error));
    }
    for mut job in group {
        let saved = commit(connection, std::slice::from_mut(&mut job));
        job.answer(saved);
    }
}

/// Runs all of `group` in one transaction. Nothing of it is saved when this fails.
fn commit(connection: &Connection, group: &mut [Job]) -> Result<(), StoreError> {
    let is_durable = group.iter().any(|job| matches!(job.kind, Kind::Change(Durability::Full) | Kind::Transaction(Durability::Full)));
    // Outside of a transaction it takes effect at once. What was committed before without a wait is then safe as well.
    run_now(connection, if is_durable { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" })?;
    run_now(connection, "BEGIN IMMEDIATE")?;
    let done = group.iter_mut().try_for_each(|job| run_in_savepoint(connection, job)).and_then(|()| run_now(connection, "COMMIT"));
    if done.is_err() && !connection.is_autocommit() {
        // SQLite may have rolled back by itself already, as after a full disk.
        run_now(connection, "ROLLBACK")?;
    }
    done
}

/// Runs one job; when its changes are not wanted, only they are undone.
fn run_in_savepoint(connection: &Connection, job: &mut Job) -> Result<(), StoreError> {
    run_now(connection, "SAVEPOINT job")?;
    let verdict = job.run(&mut SqliteExecutor(connection));
    if connection.is_autocommit() {
        return Err(StoreError::AfterFailure);
    }
    if verdict == Verdict::RollBack {
        run_now(connection, "ROLLBACK TO job")?;
    }
    run_now(connection, "RELEASE job")
}

fn run_now(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    // A PRAGMA answers with a row at times.
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}
