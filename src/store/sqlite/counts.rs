//! What the writer has done so far.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::store::StoreStats;

#[derive(Default)]
pub struct Counts {
    commits: AtomicU64,
    jobs: AtomicU64,
    again: AtomicU64,
    reopened: AtomicU64,
}

impl Counts {
    pub fn committed(&self, jobs: usize) {
        self.commits.fetch_add(1, Relaxed);
        self.jobs.fetch_add(jobs as u64, Relaxed);
    }

    /// Jobs of a group that failed, each of which runs once more, alone.
    pub fn run_again(&self, jobs: usize) {
        self.again.fetch_add(jobs as u64, Relaxed);
    }

    pub fn reopened(&self) {
        self.reopened.fetch_add(1, Relaxed);
    }

    pub fn stats(&self) -> StoreStats {
        StoreStats {
            transactions_retried: self.again.load(Relaxed),
            reconnects: self.reopened.load(Relaxed),
            commits: self.commits.load(Relaxed),
            jobs_committed: self.jobs.load(Relaxed),
            ..StoreStats::default()
        }
    }
}
