//! Waiting, always with an end.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// Only something broken takes so long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Threads wait at it until it is opened.
#[derive(Default)]
pub struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    pub fn pass(&self) {
        let is_open = self.is_open.lock().expect("no thread panics at the gate");
        let waited = self.opened.wait_timeout_while(is_open, PATIENCE, |is_open| !*is_open).expect("no thread panics at the gate");
        assert!(!waited.1.timed_out(), "nobody opens the gate");
    }

    pub fn open(&self) {
        *self.is_open.lock().expect("no thread panics at the gate") = true;
        self.opened.notify_all();
    }
}

/// The first so many threads wait here for each other; later ones pass, and so do all once it takes too long to be of use.
pub struct Meeting {
    missing: Mutex<u32>,
    met: Condvar,
}

impl Meeting {
    pub fn of(threads: u32) -> Self {
        Self { missing: Mutex::new(threads), met: Condvar::new() }
    }

    /// Whether all have met.
    pub fn join(&self) -> bool {
        let mut missing = self.missing.lock().expect("no thread panics at the meeting");
        *missing = missing.saturating_sub(1);
        self.met.notify_all();
        let waited = self.met.wait_timeout_while(missing, PATIENCE, |missing| *missing > 0);
        !waited.expect("no thread panics at the meeting").1.timed_out()
    }
}

/// Looks again and again until it is so.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !is_so().await {
        assert!(begin.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
