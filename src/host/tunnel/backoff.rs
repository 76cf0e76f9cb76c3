//! How long to wait before the next dial: ever longer, never in step with other hosts.

use std::time::Duration;

use crate::types::random;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);
/// A tunnel that held so long was a success; a shorter one counts as a failure.
const SUCCESS: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    pub(super) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// A tunnel ended after `lived`.
    pub(super) fn ended(&mut self, lived: Duration) {
        if lived >= SUCCESS { self.failures = 0 } else { self.failed() }
    }

    /// Failures in a row.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    pub(super) fn next(&self) -> Duration {
        delay(self.failures, u16::from_be_bytes(random::bytes()))
    }
}

/// Doubles with every failure up to [`LONGEST`]; `dice` takes off up to a half.
fn delay(failures: u32, dice: u16) -> Duration {
    let longest = FIRST.saturating_mul(1u32.checked_shl(failures.saturating_sub(1).min(16)).unwrap_or(u32::MAX)).min(LONGEST);
    longest - longest.mul_f64(f64::from(dice) / f64::from(u16::MAX) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_tunnel_that_held_forgives_what_was_before() {
        let mut backoff = Backoff::default();
        backoff.failed();
        backoff.ended(Duration::from_secs(1));
        assert_eq!(backoff.failures(), 2);
        backoff.ended(Duration::from_secs(60));
        assert_eq!(backoff.failures(), 0);
    }

    proptest! {
        #[test]
        fn waits_are_bounded_and_grow(failures in any::<u32>(), dice in any::<u16>()) {
            let wait = delay(failures, dice);
            prop_assert!(wait >= FIRST / 2 && wait <= LONGEST);
            prop_assert!(delay(failures.saturating_add(1), dice) >= wait);
        }
    }
}
