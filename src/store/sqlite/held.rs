//! A file held still: nobody changes it while this lives, and it is read as it is, without bringing it to the current schema.

use std::path::Path;

use crossbeam_channel::{Receiver, unbounded};
use rusqlite::Connection;

use super::crew::Crew;
use super::error::opening;
use super::executor::SqliteExecutor;
use super::open;
use crate::store::job::{Job, Kind};
use crate::store::{Engine, StoreError, StoreStats};

pub struct Held {
    crew: Crew,
}

impl Held {
    /// Takes the write lock of a file that is there, or says after 5 seconds that another process has it. Blocks.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = open::existing(path)?;
        // The lock, and at once the instant that all reads see.
        connection.execute_batch("BEGIN IMMEDIATE; PRAGMA query_only = true").map_err(|error| opening(path, error))?;
        let (queue, jobs) = unbounded();
        Ok(Self { crew: Crew::new("store-held", queue, |crew| crew.spawn(move || hold(connection, &jobs)))? })
    }
}

/// Answers what reads until the queue's last sender is gone; the lock goes with the connection.
#[expect(clippy::needless_pass_by_value, reason = "the connection ends here")]
fn hold(connection: Connection, jobs: &Receiver<Job>) {
    for mut job in jobs {
        let done = match job.kind {
            Kind::Query | Kind::Snapshot => {
                job.run(&mut SqliteExecutor(&connection));
                Ok(())
            }
            Kind::Change(_) | Kind::Transaction(_) => Err(StoreError::failed("a database that is held still is not changed")),
        };
        job.answer(done);
    }
}

impl Engine for Held {
    fn submit(&self, job: Job) -> Result<(), StoreError> {
        self.crew.queue().send(job).map_err(|_| StoreError::Closed)
    }

    fn stats(&self) -> StoreStats {
        StoreStats { reads_queued: self.crew.queue().len(), ..StoreStats::default() }
    }
}
