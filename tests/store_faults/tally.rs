//! Figures of a run, for the person who reads the test's output.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use iroam::store::StoreError;

#[derive(Default)]
pub struct Tally {
    pub acknowledged: u64,
    pub busy: u64,
    pub unavailable: u64,
    pub unknown: u64,
    /// Of the unknown, those that had been done.
    pub unknown_done: usize,
    others: BTreeMap<String, u64>,
    /// Longest time in which nobody was acknowledged while the callers were at work.
    silence_max: Duration,
    call_max: Duration,
    last: Option<Instant>,
}

impl Tally {
    /// Calls that were told of a database out of reach.
    pub fn out_of_reach(&self) -> u64 {
        self.unavailable + self.unknown
    }

    /// Calls that were told of something else, which the test tolerates.
    pub fn others(&self) -> u64 {
        self.others.values().sum()
    }

    pub fn refused(&self) -> u64 {
        self.out_of_reach() + self.others()
    }

    pub fn acknowledge(&mut self) {
        self.acknowledged += 1;
        let silence = self.last.replace(Instant::now()).map(|last| last.elapsed());
        self.silence_max = self.silence_max.max(silence.unwrap_or_default());
    }

    /// Silence before now was asked for.
    pub fn resume(&mut self) {
        self.last = Some(Instant::now());
    }

    pub fn time(&mut self, call: Duration) {
        self.call_max = self.call_max.max(call);
    }

    pub fn note_other(&mut self, error: &StoreError) {
        *self.others.entry(error.to_string()).or_default() += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, busy, unavailable, unknown, unknown_done, silence_max, call_max, .. } = self;
        write!(
            f,
            "{acknowledged} acknowledged, {busy} busy, {unavailable} unavailable, {unknown} unknown ({unknown_done} of them done), "
        )?;
        write!(f, "longest silence {silence_max:.1?}, longest call {call_max:.1?}")?;
        self.others.iter().try_for_each(|(error, count)| write!(f, ", {count} times \"{error}\""))
    }
}
