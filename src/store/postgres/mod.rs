//! The engine for a business: a PostgreSQL server, spoken to by a few threads with a connection each.
//!
//! Transactions are serializable, and a job whose transaction collided with another runs again. Where the connection is lost, a
//! job runs again on a new one, unless its change had been sent: then only the database knows, and [`StoreError::OutcomeUnknown`]
//! says so.

mod address;
mod connect;
mod connection;
mod dialect;
mod driver;
mod error;
mod executor;
mod health;
mod held;
mod migrate;
mod open;
mod password;
mod patience;
mod peek;
mod standby;
mod tls;
mod turn;
mod values;
mod wire;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use crossbeam_channel::{Sender, TrySendError, bounded};

use super::job::{Job, Kind};
use super::{Engine, StoreError, StoreStats};
use error::Role;
use health::Health;
use worker::{Peers, Worker};

pub use address::PostgresLocation;
pub use held::Held;
pub use peek::{HAS_TABLE, others, peek};

/// Jobs that may wait for each kind of thread; one more is told that the database is busy.
const QUEUE_LENGTH: usize = 1024;

pub struct Postgres {
    writers: Arc<Sender<Job>>,
    readers: Arc<Sender<Job>>,
    health: Arc<Health>,
}

impl Postgres {
    /// Reaches the server and brings its database to the current schema. Blocks.
    pub fn open(location: &PostgresLocation) -> Result<Self, StoreError> {
        open::migrated(location)?;
        let location = Arc::new(location.clone());
        let health = Arc::new(Health::default());
        let writing = location.connections / 2;
        let peers = |role| Peers { location: Arc::clone(&location), role, health: Arc::clone(&health), connected: AtomicUsize::new(0) };
        let writers = pool("store-write", writing, peers(Role::Writer))?;
        let readers = pool("store-read", location.connections - writing, peers(Role::Reader))?;
        Ok(Self { writers, readers, health })
    }

    /// Whether the database is one of iroam's, of any version. Makes nothing. Blocks.
    pub fn exists(location: &PostgresLocation) -> Result<bool, StoreError> {
        open::exists(location)
    }
}

/// Starts threads that share a queue. Each connects when it gets its first job; they end when the queue's sender is gone.
fn pool(name: &str, threads: usize, peers: Peers) -> Result<Arc<Sender<Job>>, StoreError> {
    let (sender, queue) = bounded(QUEUE_LENGTH);
    let (sender, peers) = (Arc::new(sender), Arc::new(peers));
    for _ in 0..threads {
        let worker = Worker::new(Arc::clone(&peers));
        let (queue, back) = (queue.clone(), Arc::downgrade(&sender));
        thread::Builder::new().name(name.to_owned()).spawn(move || worker.run(&queue, &back)).map_err(StoreError::Thread)?;
    }
    Ok(sender)
}

impl Engine for Postgres {
    fn submit(&self, job: Job) -> Result<(), StoreError> {
        let queue = match job.kind {
            Kind::Query | Kind::Snapshot => &self.readers,
            Kind::Change(_) | Kind::Transaction(_) => &self.writers,
        };
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => self.health.refusal(),
            TrySendError::Disconnected(_) => StoreError::Closed,
        })
    }

    fn stats(&self) -> StoreStats {
        let commits = self.health.commits.load(Relaxed);
        StoreStats {
            reads_queued: self.readers.len(),
            writes_queued: self.writers.len(),
            transactions_retried: self.health.retried.load(Relaxed),
            reconnects: self.health.reconnects.load(Relaxed),
            commits,
            jobs_committed: commits,
        }
    }
}

#[cfg(test)]
mod tests;
