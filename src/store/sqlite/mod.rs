//! The embedded engine: one file, one thread that writes, a few that read.

mod backup;
mod counts;
mod crew;
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
pub use crew::Ended;
pub use held::Held;
pub use peek::{HAS_TABLE, exists, peek};
pub use settle::settle;
pub use sole_use::lock;

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use counts::Counts;
use crew::Crew;
use crossbeam_channel::{TrySendError, bounded};

use super::job::{Job, Kind};
use super::{Engine, StoreError, StoreStats};

/// Connections that only read: as many as there are cores, within these. With one alone, a long answer would hold up the short ones;
/// more than cores only take them from each other.
const READERS: RangeInclusive<usize> = 2..=8;

/// Jobs that may wait; one more is told that the database is busy.
const QUEUE_LENGTH: usize = 1024;

/// In this order they end: the writer's connection is the last, with which SQLite brings the log into the file and removes it.
pub struct Sqlite {
    readers: Crew,
    writer: Crew,
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
        let writer = Crew::new("store-write", writer, |crew| crew.spawn(move || writer::run(committer, &changes)))?;
        let cores = thread::available_parallelism().map_or(*READERS.start(), usize::from);
        let readers = Crew::new("store-read", readers, |crew| {
            for _ in 0..cores.clamp(*READERS.start(), *READERS.end()) {
                let connection = open::reader(path)?;
                let queries = queries.clone();
                crew.spawn(move || reader::run(connection, &queries))?;
            }
            Ok(())
        })?;
        Ok(Self { readers, writer, counts })
    }
}

impl Engine for Sqlite {
    fn submit(&self, job: Job) -> Result<(), StoreError> {
        let queue = match job.kind {
            Kind::Query | Kind::Snapshot => &self.readers,
            Kind::Change(_) | Kind::Transaction(_) => &self.writer,
        };
        queue.queue().try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })
    }

    fn ended(&self) -> Option<Ended> {
        Some(self.writer.ended())
    }

    fn stats(&self) -> StoreStats {
        StoreStats { reads_queued: self.readers.queue().len(), writes_queued: self.writer.queue().len(), ..self.counts.stats() }
    }
}

#[cfg(test)]
mod tests;
