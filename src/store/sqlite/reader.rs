//! A thread that reads.

use crossbeam_channel::Receiver;
use rusqlite::Connection;

use super::executor::SqliteExecutor;
use crate::store::StoreError;
use crate::store::job::{Job, Kind};

/// Answers queries until the queue's last sender is gone.
pub fn run(connection: &Connection, queue: &Receiver<Job>) {
    for mut job in queue {
        let done = match job.kind {
            // A single statement sees one instant by itself.
            Kind::Query => {
                job.run(&mut SqliteExecutor(connection));
                Ok(())
            }
            _ => snapshot(connection, &mut job),
        };
        job.answer(done);
    }
}

fn snapshot(connection: &Connection, job: &mut Job) -> Result<(), StoreError> {
    let transaction = connection.unchecked_transaction()?;
    job.run(&mut SqliteExecutor(&transaction));
    Ok(transaction.rollback()?)
}
