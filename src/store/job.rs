//! Work on its way to an engine, and its answer on the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(test)]
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::oneshot;

use super::StoreError;
use super::tx::{Executor, Tx};

/// What an engine has to do around a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One statement that reads.
    Query,
    /// Statements that read, all of the same instant.
    Snapshot,
    /// One statement that changes rows: by itself all or nothing.
    Change(Durability),
    /// Statements that become visible all at once or not at all, as if nothing else ran meanwhile (serializable).
    Transaction(Durability),
}

/// What a change survives once it is acknowledged. Neither is lost when a program is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A power cut too: it is on the disk.
    Full,
    /// On SQLite, a power cut may undo it: for notes that are soon written again, such as when a host was last seen.
    /// PostgreSQL keeps to its own settings.
    Relaxed,
}

/// What an engine does with a transaction after the work ran in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Commit,
    RollBack,
}

/// A piece of work in an engine's queue.
pub struct Job {
    pub kind: Kind,
    /// Since when somebody waits for it.
    pub queued_at: Instant,
    work: Box<dyn Work>,
    #[cfg(test)]
    tampering: Option<Arc<dyn Tampering>>,
}

/// A fault that the tests put between a transaction and its engine, to show that they would notice one like it.
#[cfg(test)]
pub trait Tampering: Send + Sync {
    fn executor<'e>(&'e self, engine: &'e mut dyn Executor) -> Box<dyn Executor + 'e>;

    fn verdict(&self, verdict: Verdict) -> Verdict {
        verdict
    }
}

impl Job {
    /// The job, and where its answer will come. `work` may run more than once; only what its last run returned counts.
    pub fn new<T, F>(kind: Kind, work: F) -> (Self, oneshot::Receiver<Result<T, StoreError>>)
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work = Box::new(Task { work, outcome: None, reply });
        let job = Self {
            kind,
            queued_at: Instant::now(),
            work,
            #[cfg(test)]
            tampering: None,
        };
        (job, answer)
    }

    #[cfg(test)]
    pub fn tampered_with(self, tampering: Option<Arc<dyn Tampering>>) -> Self {
        Self { tampering, ..self }
    }

    /// Does the work in a transaction that `executor` has open, and says what should become of it. Each call starts anew.
    pub fn run(&mut self, executor: &mut dyn Executor) -> Verdict {
        #[cfg(test)]
        if let Some(tampering) = &self.tampering {
            return tampering.verdict(self.work.run(&mut *tampering.executor(executor)));
        }
        self.work.run(executor)
    }

    /// Answers whoever waits: with what the last run came to, which `saved` says is safe, or with the engine's own error.
    pub fn answer(self, saved: Result<(), StoreError>) {
        self.work.answer(saved);
    }
}

trait Work: Send {
    fn run(&mut self, executor: &mut dyn Executor) -> Verdict;
    fn answer(self: Box<Self>, saved: Result<(), StoreError>);
}

struct Task<T, F> {
    work: F,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Work for Task<T, F>
where
    T: Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
{
    fn run(&mut self, executor: &mut dyn Executor) -> Verdict {
        let mut tx = Tx::new(executor);
        // A bug in one piece of work must not silence the database.
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(&mut tx))).unwrap_or(Err(StoreError::Panicked));
        let outcome = if tx.has_failed() { outcome.and(Err(StoreError::AfterFailure)) } else { outcome };
        let verdict = if outcome.is_ok() { Verdict::Commit } else { Verdict::RollBack };
        self.outcome = Some(outcome);
        verdict
    }

    fn answer(self: Box<Self>, saved: Result<(), StoreError>) {
        let Self { outcome, reply, .. } = *self;
        let outcome = saved.and_then(|()| outcome.unwrap_or(Err(StoreError::Closed)));
        // The caller may have gone away meanwhile; its answer is then nobody's.
        let _ = reply.send(outcome);
    }
}
