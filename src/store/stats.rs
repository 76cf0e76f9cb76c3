//! Numbers for whoever watches over a server.

/// How an engine is doing. The counts began when it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreStats {
    /// Jobs that wait for a thread.
    pub reads_queued: usize,
    pub writes_queued: usize,
    /// How often a job ran once more after it had collided with another.
    pub transactions_retried: u64,
    /// Connections made to take the place of lost ones.
    pub reconnects: u64,
    /// Commits, each of which waits for the disk; several jobs may share one.
    pub commits: u64,
    /// Jobs whose changes were committed.
    pub jobs_committed: u64,
}
