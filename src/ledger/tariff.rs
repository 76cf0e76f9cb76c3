//! A tariff's versions are immutable: a session keeps the one it was quoted.

use serde::{Deserialize, Serialize};

use crate::types::Money;
use crate::types::money::{Currency, MoneyError};

/// The price of listening, by the started minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    pub version: u32,
    pub per_minute: Money,
}

/// What a player is told before it plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub tariff_version: u32,
    pub per_minute: Money,
    pub free: bool,
}

impl Tariff {
    /// A private server's tariff: nothing is charged.
    pub fn free() -> Self {
        Self { version: 1, per_minute: Money::zero(Currency::EUR) }
    }

    pub fn quote(&self) -> Quote {
        Quote { tariff_version: self.version, per_minute: self.per_minute, free: self.per_minute.micros == 0 }
    }

    /// The price of a session that touched `minutes` minutes.
    pub fn price(&self, minutes: u32) -> Result<Money, MoneyError> {
        self.per_minute.checked_times(minutes)
    }
}

/// The minute of a session (0 for the first) that `elapsed_ms` falls in: what a lease is numbered by.
pub fn minute_index(elapsed_ms: i64) -> u32 {
    u32::try_from(elapsed_ms.max(0) / 60_000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_tariff_charges_nothing_however_long() {
        let tariff = Tariff::free();
        assert!(tariff.quote().free);
        assert_eq!(tariff.price(100_000).map(|money| money.micros), Ok(0));
    }

    #[test]
    fn minutes_are_counted_from_zero_and_never_negative() {
        assert_eq!([-5, 0, 59_999, 60_000].map(minute_index), [0, 0, 0, 1]);
    }
}
