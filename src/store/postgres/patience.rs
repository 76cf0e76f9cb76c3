//! How often and how long a job is tried again.

use std::thread;
use std::time::{Duration, Instant};

use crate::types::random;

/// After this long nobody waits for an answer any more: no new attempt begins.
const JOB_TIME: Duration = Duration::from_secs(10);

/// Runs of one job, all but the first after a collision.
const RUNS_MAX: u32 = 64;

const COLLISION_WAIT_MAX: Duration = Duration::from_millis(16);
const RECONNECT_WAIT_MIN: Duration = Duration::from_millis(20);
const RECONNECT_WAIT_MAX: Duration = Duration::from_millis(500);

pub struct Patience {
    pub until: Instant,
    runs: u32,
    losses: u32,
}

impl Patience {
    pub fn since(queued_at: Instant) -> Self {
        Self { until: queued_at + JOB_TIME, runs: 1, losses: 0 }
    }

    pub fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Waits a little, longer each time; false when it is enough.
    pub fn after_collision(&mut self) -> bool {
        if self.is_over() || self.runs == RUNS_MAX {
            return false;
        }
        let most = Duration::from_millis(1 << self.runs.min(10)).min(COLLISION_WAIT_MAX);
        self.runs += 1;
        // Anywhere up to the longest: those that collided must not do so again in step.
        thread::sleep(most.mul_f64(random_fraction()));
        true
    }

    /// The same after the connection was lost or could not be made.
    pub fn after_loss(&mut self) -> bool {
        let rest = self.until.saturating_duration_since(Instant::now());
        let wait = (RECONNECT_WAIT_MIN * (1 << self.losses.min(10))).min(RECONNECT_WAIT_MAX);
        self.losses += 1;
        if rest.is_zero() {
            return false;
        }
        // The first time it was often only this connection, and a new one can be had at once.
        if self.losses > 1 {
            thread::sleep(wait.mul_f64(0.5 + random_fraction() / 2.0).min(rest));
        }
        !self.is_over()
    }
}

/// From 0 to below 1.
fn random_fraction() -> f64 {
    f64::from(u32::from_be_bytes(random::bytes())) / 2_f64.powi(32)
}
