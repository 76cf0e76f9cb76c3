//! Several jobs in one transaction, each in a savepoint of its own: one that fails undoes only itself.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;

use super::counts::Counts;
use super::executor::{SqliteExecutor, run_now};
use super::file::Opened;
use super::open;
use crate::store::StoreError;
use crate::store::job::{Durability, Job, Kind, Verdict};

/// Why a group was not saved. Nothing of it was.
pub enum Failure {
    /// The transaction could not begin, whatever the jobs are.
    Everybodys(StoreError),
    /// Something in it failed, perhaps because of one of them only.
    Somebodys(StoreError),
}

/// The connection that writes.
pub struct Committer {
    path: PathBuf,
    files: Opened,
    /// `None` after it was stuck, until the next job.
    connection: Option<Connection>,
    /// What `PRAGMA synchronous` was last set to.
    is_durable: Option<bool>,
    pub counts: Arc<Counts>,
}

impl Committer {
    pub fn new(path: PathBuf, connection: Connection) -> Result<Self, StoreError> {
        let files = Opened::now(&path)?;
        Ok(Self { path, files, connection: Some(connection), is_durable: None, counts: Arc::default() })
    }

    /// Runs all of `group` and commits it; when this returns, the disk has it if one of them wants that. Each job knows what came
    /// of it.
    pub fn commit(&mut self, group: &mut [Job]) -> Result<(), Failure> {
        let connection = self.begin(group).map_err(Failure::Everybodys)?;
        let done = run_all(connection, group).and_then(|()| end(connection));
        if leave_transaction(connection).is_err() {
            // Else it would hold its lock for ever.
            self.give_up();
        }
        if done.is_ok() {
            self.counts.committed(group.len());
        }
        done.map_err(Failure::Somebodys)
    }

    /// Lets go of a connection that is stuck.
    pub fn give_up(&mut self) {
        self.connection = None;
    }

    fn begin(&mut self, group: &[Job]) -> Result<&Connection, StoreError> {
        self.files.are_in_place()?;
        if self.connection.is_none() {
            self.connection = Some(open::writer(&self.path)?);
            self.is_durable = None;
            self.counts.reopened();
        }
        let connection = self.connection.as_ref().expect("opened just now, if it was not");
        let is_durable = group.iter().any(|job| matches!(job.kind, Kind::Change(Durability::Full) | Kind::Transaction(Durability::Full)));
        if self.is_durable != Some(is_durable) {
            // Outside of a transaction it takes effect at once. What was committed before without a wait is then safe as well.
            run_now(connection, if is_durable { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" })?;
            self.is_durable = Some(is_durable);
        }
        run_now(connection, "BEGIN IMMEDIATE")?;
        Ok(connection)
    }
}

fn run_all(connection: &Connection, group: &mut [Job]) -> Result<(), StoreError> {
    match group {
        [alone] => run_alone(connection, alone),
        _ => group.iter_mut().try_for_each(|job| run_in_savepoint(connection, job)),
    }
}

/// The transaction is its alone, and needs no savepoint.
fn run_alone(connection: &Connection, job: &mut Job) -> Result<(), StoreError> {
    match job.run(&mut SqliteExecutor(connection)) {
        Verdict::RollBack if connection.is_autocommit() => Ok(()),
        Verdict::RollBack => run_now(connection, "ROLLBACK"),
        Verdict::Commit if connection.is_autocommit() => Err(StoreError::AfterFailure),
        Verdict::Commit => Ok(()),
    }
}

/// Runs one job of several; when its changes are not wanted, only they are undone.
fn run_in_savepoint(connection: &Connection, job: &mut Job) -> Result<(), StoreError> {
    run_now(connection, "SAVEPOINT job")?;
    let verdict = job.run(&mut SqliteExecutor(connection));
    if connection.is_autocommit() {
        // SQLite has rolled everything back, as it does when the disk is full.
        return Err(StoreError::AfterFailure);
    }
    if verdict == Verdict::RollBack {
        run_now(connection, "ROLLBACK TO job")?;
    }
    run_now(connection, "RELEASE job")
}

fn end(connection: &Connection) -> Result<(), StoreError> {
    if connection.is_autocommit() { Ok(()) } else { run_now(connection, "COMMIT") }
}

/// SQLite may have left it already, as it does when the disk is full.
fn leave_transaction(connection: &Connection) -> Result<(), StoreError> {
    if connection.is_autocommit() { Ok(()) } else { run_now(connection, "ROLLBACK") }
}
