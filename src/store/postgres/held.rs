//! A database held still: one transaction that reads it, as it is, while a lock on every table lets others read but not write.

use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::address::PostgresLocation;
use super::connection::Connection;
use super::error::Failure;
use super::executor::PostgresExecutor;
use super::open::prepared;
use crate::store::job::{Job, Kind};
use crate::store::tables::TABLES;
use crate::store::{Engine, StoreError, StoreStats};

/// How long whoever writes is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(8);

/// One read may count all rows of a large table.
const READ_TIME: Duration = Duration::from_secs(3600);

/// The limits of other sessions are for a server at work; this one waits for the other end of a move between its reads.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 5000;
    SET LOCAL idle_in_transaction_session_timeout = 0";

pub struct Held {
    queue: Sender<Job>,
}

impl Held {
    /// Takes the locks, or says after some seconds that somebody writes. Blocks.
    pub fn open(location: &PostgresLocation) -> Result<Self, StoreError> {
        let (connection, ()) = prepared(location, |connection| {
            let until = Instant::now() + LOCK_WAIT;
            connection.batch(BEGIN, until)?;
            // Before the first read, which decides what instant is seen.
            let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
            connection.batch(&format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", names.join(", ")), until)
        })
        .map_err(|error| match error {
            StoreError::Busy => StoreError::Locked { database: location.to_string() },
            other => other,
        })?;
        let (queue, jobs) = unbounded();
        thread::Builder::new().name("store-held".to_owned()).spawn(move || run(connection, &jobs)).map_err(StoreError::Thread)?;
        Ok(Self { queue })
    }
}

/// Answers what reads until the queue's last sender is gone; the locks go with the connection.
fn run(mut connection: Connection, jobs: &Receiver<Job>) {
    for mut job in jobs {
        let done = match job.kind {
            Kind::Query | Kind::Snapshot => read(&mut connection, &mut job),
            Kind::Change(_) | Kind::Transaction(_) => Err(StoreError::failed("a database that is held still is not changed")),
        };
        job.answer(done);
    }
    connection.close();
}

fn read(connection: &mut Connection, job: &mut Job) -> Result<(), StoreError> {
    let mut executor = PostgresExecutor::new(connection, Instant::now() + READ_TIME);
    job.run(&mut executor);
    match executor.failure {
        None => Ok(()),
        Some(Failure::Refused(error)) => Err(error),
        Some(Failure::Collision) => Err(StoreError::Busy),
        // On a new connection neither the lock nor the instant would be the same.
        Some(Failure::Lost { reason, .. }) => Err(StoreError::Unavailable(reason)),
    }
}

impl Engine for Held {
    fn submit(&self, job: Job) -> Result<(), StoreError> {
        self.queue.send(job).map_err(|_| StoreError::Closed)
    }

    fn stats(&self) -> StoreStats {
        StoreStats { reads_queued: self.queue.len(), ..StoreStats::default() }
    }
}
