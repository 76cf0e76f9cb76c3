//! Several jobs in one transaction, each in a savepoint of its own: one that fails undoes only itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use tracing::error;

use super::counts::Counts;
use super::error::failure;
use super::executor::{SqliteExecutor, run_now, run_raw};
use super::file::Opened;
use super::{log, open};
use crate::store::StoreError;
use crate::store::job::{Durability, Job, Kind, Verdict};

/// Where a reader does not end, every commit would wait for it.
const LOG_LOOKS_APART: Duration = Duration::from_millis(500);

/// Why a group was not acknowledged.
pub enum Failure {
    /// The transaction could not begin, whatever the jobs are: nothing was changed.
    OfAll(StoreError),
    /// Something in it failed, perhaps because of one of them only: nothing was changed.
    OfSome(StoreError),
    /// The disk failed while the changes were being committed. They are not seen now, but stand in the log with their commit's mark,
    /// perhaps: after a kill at this moment they are there.
    Unknown(rusqlite::Error),
}

/// The connection that writes.
pub struct Committer {
    path: PathBuf,
    files: Opened,
    /// `None` after it was stuck, until the next job.
    connection: Option<Connection>,
    /// Whether commits wait for the disk, as the connection was last told; `None`: not told yet.
    waits_for_disk: Option<bool>,
    /// When a log that was too long was last brought into the file.
    log_looked_at: Option<Instant>,
    /// The disk failed while it took the log.
    is_log_doubtful: bool,
    pub counts: Arc<Counts>,
}

impl Committer {
    pub fn new(path: PathBuf, connection: Connection) -> Result<Self, StoreError> {
        let files = Opened::now(&path)?;
        Ok(Self {
            path,
            files,
            connection: Some(connection),
            waits_for_disk: None,
            log_looked_at: None,
            is_log_doubtful: false,
            counts: Arc::default(),
        })
    }

    /// Runs all of `group` and commits it; when this returns, the disk has it if one of them wants that. Each job knows what came
    /// of it.
    pub fn commit(&mut self, group: &mut [Job]) -> Result<(), Failure> {
        let connection = self.begin(group).map_err(Failure::OfAll)?;
        let done = run_all(connection, group).map_err(Failure::OfSome).and_then(|()| end(connection));
        if leave_transaction(connection).is_err() {
            // Else it would hold its lock for ever.
            self.give_up();
        }
        match &done {
            Ok(()) => {
                self.counts.committed(group.len());
                self.bound_log();
            }
            Err(Failure::Unknown(error)) => {
                error!("the disk of the database {} failed while a change was saved: {error}", self.path.display());
                self.is_log_doubtful = true;
            }
            Err(_) => {}
        }
        done
    }

    /// Keeps the log from growing for ever while readers are busy.
    fn bound_log(&mut self) {
        let is_long = self.files.log_bytes() > open::LOG_BYTES_KEPT.unsigned_abs();
        if !is_long || self.log_looked_at.is_some_and(|then| then.elapsed() < LOG_LOOKS_APART) {
            return;
        }
        self.log_looked_at = Some(Instant::now());
        if let Some(Err(error)) = self.connection.as_ref().map(log::restart) {
            error!("the log of the database {} could not be brought into its file: {error}", self.path.display());
            // The disk may have failed to take what the next commit builds on.
            self.is_log_doubtful |= error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure);
        }
    }

    /// Lets go of a connection that is stuck.
    pub fn give_up(&mut self) {
        self.connection = None;
    }

    fn begin(&mut self, group: &[Job]) -> Result<&Connection, StoreError> {
        self.files.are_in_place()?;
        if self.connection.is_none() {
            self.connection = Some(open::writer(&self.path)?);
            self.waits_for_disk = None;
            self.counts.reopened();
        }
        let connection = self.connection.as_ref().expect("opened just now, if it was not");
        if self.is_log_doubtful {
            log::empty(connection)?;
            self.is_log_doubtful = false;
        }
        let wants_disk = group.iter().any(|job| matches!(job.kind, Kind::Change(Durability::Full) | Kind::Transaction(Durability::Full)));
        if self.waits_for_disk != Some(wants_disk) {
            // Outside of a transaction it takes effect at once. What was committed before without a wait is then safe as well.
            run_now(connection, if wants_disk { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" })?;
            self.waits_for_disk = Some(wants_disk);
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

fn end(connection: &Connection) -> Result<(), Failure> {
    if connection.is_autocommit() {
        return Ok(());
    }
    run_raw(connection, "COMMIT").map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::SystemIoFailure) => Failure::Unknown(error),
        _ => Failure::OfSome(failure(connection, error)),
    })
}

/// SQLite may have left it already, as it does when the disk is full.
fn leave_transaction(connection: &Connection) -> Result<(), StoreError> {
    if connection.is_autocommit() { Ok(()) } else { run_now(connection, "ROLLBACK") }
}
