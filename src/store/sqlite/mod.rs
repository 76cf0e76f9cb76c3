//! The embedded engine: one file, one thread that writes, a few that read.

mod backup;
mod counts;
mod error;
mod executor;
mod file;
mod group;
mod held;
mod log;
mod migrate;
mod open;
mod patience;
mod peek;
mod reader;
mod settle;
mod sole_use;
mod writer;

pub use backup::{BackedUp, back_up};
pub use held::Held;
pub use peek::{HAS_TABLE, peek};
pub use settle::settle;
pub use sole_use::lock;

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use counts::Counts;
use crossbeam_channel::{Sender, TrySendError, bounded};

use super::job::{Job, Kind};
use super::{Engine, StoreError, StoreStats};

/// Connections that only read: as many as there are cores, within these. With one alone, a long answer would hold up the short ones;
/// more than cores only take them from each other.
const READERS: RangeInclusive<usize> = 2..=8;

/// Jobs that may wait; one more is told that the database is busy.
const QUEUE_LENGTH: usize = 1024;

pub struct Sqlite {
    writer: Sender<Job>,
    readers: Sender<Job>,
    counts: Arc<Counts>,
}

impl Sqlite {
    /// Opens or makes the file and brings it to the current schema. Other processes may have it open too (write-ahead log); one
    /// that holds its lock is waited for, 5 seconds at most. Blocks.
    ///
    /// Its pages are not all checked: that takes as long as reading the whole file, at each start. One that is damaged is an error
    /// to what needs it, and the rest goes on; a log that a power cut tore counts up to its last whole commit.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = open::writer(path)?;
        migrate::to_current(&mut connection, path)?;
        let (writer, changes) = bounded(QUEUE_LENGTH);
        let (readers, queries) = bounded(QUEUE_LENGTH);
        let committer = group::Committer::new(path.to_owned(), connection)?;
        let counts = committer.counts.clone();
        spawn("store-write", move || writer::run(committer, &changes))?;
        let cores = thread::available_parallelism().map_or(*READERS.start(), usize::from);
        for _ in 0..cores.clamp(*READERS.start(), *READERS.end()) {
            let connection = open::reader(path)?;
            let queries = queries.clone();
            spawn("store-read", move || reader::run(connection, &queries))?;
        }
        Ok(Self { writer, readers, counts })
    }
}

/// The threads end when the last sender of their queue is gone.
fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    thread::Builder::new().name(name.to_owned()).spawn(work)?;
    Ok(())
}

impl Engine for Sqlite {
    fn submit(&self, job: Job) -> Result<(), StoreError> {
        let queue = match job.kind {
            Kind::Query | Kind::Snapshot => &self.readers,
            Kind::Change(_) | Kind::Transaction(_) => &self.writer,
        };
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })
    }

    fn stats(&self) -> StoreStats {
        StoreStats { reads_queued: self.readers.len(), writes_queued: self.writer.len(), ..self.counts.stats() }
    }
}

/// Whether there is a file. Serve looks before it makes keys: whatever is there, a database or not, is not to be taken for a new one.
pub fn exists(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(|error| StoreError::Open { database: path.display().to_string(), source: error.into() })
}

#[cfg(test)]
mod tests;
