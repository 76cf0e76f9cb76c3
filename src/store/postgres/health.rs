//! What the threads of the engine share: what they know of the server, their turn, and the numbers that are shown.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use tracing::{debug, info, warn};

use super::turn::Turns;
use crate::store::StoreError;

#[derive(Default)]
pub struct Health {
    /// Why the server is out of reach, while it is.
    down: Mutex<Option<String>>,
    /// Whether it was said that a connection is missing.
    is_short: AtomicBool,
    pub turns: Turns,
    pub retried: AtomicU64,
    pub reconnects: AtomicU64,
    pub commits: AtomicU64,
}

impl Health {
    /// A connection was lost; a new one is tried next.
    pub fn lost(&self, reason: &str) {
        info!("a connection to the database was lost: {reason}");
    }

    /// The same while a change was being saved.
    pub fn lost_outcome(&self, reason: &str) {
        warn!("whether a change was saved is not known: {reason}");
    }

    /// No connection could be made, and there is none. The first such says so, the others need not.
    pub fn out_of_reach(&self, reason: &str) {
        let mut down = self.down.lock().unwrap_or_else(PoisonError::into_inner);
        if down.is_none() {
            warn!("the database is out of reach: {reason}");
        } else {
            debug!("the database is still out of reach: {reason}");
        }
        *down = Some(reason.to_owned());
    }

    /// A connection was made.
    pub fn connected(&self) {
        self.is_short.store(false, Relaxed);
        if self.down.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            info!("the database is back");
        }
    }

    /// One more connection could not be made, while others stand.
    pub fn short(&self, reason: &str) {
        if !self.is_short.swap(true, Relaxed) {
            warn!("one more connection to the database could not be made, so the others do its work: {reason}");
        }
    }

    /// For a job that has waited too long for a thread.
    pub fn refusal(&self) -> StoreError {
        let down = self.down.lock().unwrap_or_else(PoisonError::into_inner);
        down.as_ref().map_or(StoreError::Busy, |reason| StoreError::Unavailable(reason.clone()))
    }

    pub fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Relaxed);
    }
}
