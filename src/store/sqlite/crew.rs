//! Threads that share a queue, and their end.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::store::StoreError;
use crate::store::job::Job;

/// How long the end of the threads is waited for when the database is let go of. They have what is queued to do before, and SQLite
/// brings its log into the file when the last connection goes.
const END_WAIT: Duration = Duration::from_secs(10);

/// The threads that serve one queue. They end when this is dropped, which waits for them: the file is whole by itself afterwards.
pub struct Crew {
    /// `None` once they shall end.
    queue: Option<Sender<Job>>,
    ended: Ended,
}

/// Is told when all threads have closed what they had open.
#[derive(Clone)]
pub struct Ended(Receiver<()>);

impl Ended {
    /// Waits until then, or until `deadline`; whether it came to that. Blocks.
    pub fn wait_until(&self, deadline: Instant) -> bool {
        self.0.recv_deadline(deadline) == Err(RecvTimeoutError::Disconnected)
    }
}

/// A crew that is being made.
pub struct Recruits {
    name: &'static str,
    ended: Arc<Sender<()>>,
}

impl Recruits {
    pub fn spawn(&self, work: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
        let ended = Arc::clone(&self.ended);
        let work = move || {
            work();
            drop(ended);
        };
        thread::Builder::new().name(self.name.to_owned()).spawn(work).map_err(StoreError::Thread)?;
        Ok(())
    }
}

impl Crew {
    /// Starts what `recruit` spawns; each of the threads must end when the queue's last sender is gone.
    pub fn new(
        name: &'static str,
        queue: Sender<Job>,
        recruit: impl FnOnce(&Recruits) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        let (alive, ended) = bounded(0);
        let crew = Self { queue: Some(queue), ended: Ended(ended) };
        recruit(&Recruits { name, ended: Arc::new(alive) })?;
        Ok(crew)
    }

    pub fn queue(&self) -> &Sender<Job> {
        self.queue.as_ref().expect("it is taken only when this is dropped")
    }

    pub fn ended(&self) -> Ended {
        self.ended.clone()
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.queue = None;
        self.ended.wait_until(Instant::now() + END_WAIT);
    }
}
