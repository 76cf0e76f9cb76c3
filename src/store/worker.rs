//! Threads that own connections: SQLite blocks, the event loop must not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::StoreError;

/// Queries that may wait; one more is told that the database is busy.
const QUEUE_LENGTH: usize = 1024;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// One thread per connection, all taking from one queue. They end when the last sender is gone.
pub struct Worker {
    jobs: SyncSender<Job>,
}

impl Worker {
    pub fn start(name: &str, connections: Vec<Connection>) -> Result<Self, StoreError> {
        let (jobs, queue) = sync_channel(QUEUE_LENGTH);
        let queue = Arc::new(Mutex::new(queue));
        for connection in connections {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(name.to_owned()).spawn(move || work(connection, &queue))?;
        }
        Ok(Self { jobs })
    }

    /// Runs `job` on one of the threads.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        // The caller may have gone away meanwhile; its answer is then nobody's.
        let job: Job = Box::new(move |connection| drop(reply.send(job(connection))));
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

fn work(mut connection: Connection, queue: &Mutex<Receiver<Job>>) {
    while let Some(job) = next(queue) {
        // A bug in one query must not silence the database: its transaction rolls back as it unwinds.
        let _ = catch_unwind(AssertUnwindSafe(|| job(&mut connection)));
    }
}

fn next(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
