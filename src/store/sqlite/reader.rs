//! A thread that reads.

use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use rusqlite::Connection;

use super::executor::{SqliteExecutor, run_now};
use super::patience;
use crate::store::StoreError;
use crate::store::job::{Job, Kind};

/// Most answers that are kept back while more jobs wait, and for how long. Each answer by itself would wake its caller's thread,
/// which takes this thread's core for it: that costs more than a small query.
const HELD_MAX: usize = 16;
const HOLD: Duration = Duration::from_micros(200);

/// How long a snapshot is shared at most: while one is held, the log cannot begin anew.
const SHARED: Duration = Duration::from_millis(5);

/// Answers queries until the queue's last sender is gone.
pub fn run(connection: Connection, queue: &Receiver<Job>) {
    let mut reader = Reader { connection, snapshot: None, done: Vec::with_capacity(HELD_MAX), done_since: Instant::now() };
    while let Some(job) = reader.next(queue) {
        reader.read(job, queue.is_empty());
    }
}

struct Reader {
    connection: Connection,
    /// When the snapshot that is open was begun.
    snapshot: Option<Instant>,
    done: Vec<Job>,
    done_since: Instant,
}

impl Reader {
    /// The next job. Keeps neither answers nor a snapshot while it waits for one.
    fn next(&mut self, queue: &Receiver<Job>) -> Option<Job> {
        queue.try_recv().ok().or_else(|| {
            self.end_snapshot();
            self.answer();
            queue.recv().ok()
        })
    }

    fn read(&mut self, mut job: Job, is_last: bool) {
        if patience::is_over(&job) {
            return job.answer(Err(StoreError::Busy));
        }
        if let Err(error) = self.take_snapshot(&job, is_last) {
            return job.answer(Err(error));
        }
        if job.kind == Kind::Snapshot {
            // It may be a long one.
            self.answer();
        }
        job.run(&mut SqliteExecutor(&self.connection));
        if self.done.is_empty() {
            self.done_since = Instant::now();
        }
        self.done.push(job);
        if self.done.len() == HELD_MAX || self.done_since.elapsed() > HOLD {
            self.answer();
        }
    }

    fn answer(&mut self) {
        self.done.drain(..).for_each(|job| job.answer(Ok(())));
    }

    /// Jobs that waited when a snapshot was taken share it: taking one costs as much as a small query. One that came later has to
    /// see what was saved meanwhile.
    fn take_snapshot(&mut self, job: &Job, is_last: bool) -> Result<(), StoreError> {
        // SQLite ends the transaction by itself after some errors.
        let is_open = !self.connection.is_autocommit();
        if is_open && self.snapshot.is_some_and(|begun| job.queued_at < begun && begun.elapsed() < SHARED) {
            return Ok(());
        }
        self.end_snapshot();
        // A single statement sees one instant by itself.
        if is_last && job.kind == Kind::Query {
            return Ok(());
        }
        let begun = Instant::now();
        run_now(&self.connection, "BEGIN")?;
        self.snapshot = Some(begun);
        Ok(())
    }

    fn end_snapshot(&mut self) {
        self.snapshot = None;
        if !self.connection.is_autocommit() {
            // Nothing was changed in it: it ends either way, and if it does not, the next BEGIN says so.
            let _ = run_now(&self.connection, "COMMIT");
        }
    }
}
