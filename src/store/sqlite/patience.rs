//! How long a caller is kept waiting.

use std::time::Duration;

use crate::store::job::Job;

/// How long another process's lock is waited for, each time.
pub const LOCK_WAIT: Duration = Duration::from_secs(5);

/// A job that waited longer is answered without being run: another process keeps the lock, and its caller has long given up.
const QUEUE_WAIT: Duration = Duration::from_secs(10);

pub fn is_over(job: &Job) -> bool {
    job.queued_at.elapsed() > QUEUE_WAIT
}
