//! Token buckets: who asks too often waits.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::types::UnixMs;

/// Keys remembered; beyond it the fullest buckets, which hold nobody back, are forgotten.
const KEYS_MAX: usize = 10_000;

/// How much may be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// Then one more each.
    pub every: Duration,
}

/// When each bucket will be full again; a key that is absent has a full one.
pub struct Throttle<K> {
    rate: Rate,
    full_at: Mutex<HashMap<K, UnixMs>>,
}

impl<K: Eq + Hash> Throttle<K> {
    pub fn new(rate: Rate) -> Self {
        Self { rate, full_at: Mutex::new(HashMap::new()) }
    }

    /// Takes one from `key`'s bucket, or says how long to wait.
    pub fn take(&self, key: K, now: UnixMs) -> Result<(), Duration> {
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEYS_MAX && !buckets.contains_key(&key) {
            make_room(&mut buckets, now);
        }
        let every_ms = i64::try_from(self.rate.every.as_millis()).unwrap_or(i64::MAX);
        let full_at = buckets.get(&key).copied().unwrap_or(now).max(now);
        let after = full_at.plus(self.rate.every);
        let excess_ms = after.since_ms(now) - every_ms.saturating_mul(i64::from(self.rate.burst));
        if excess_ms > 0 {
            return Err(Duration::from_millis(excess_ms.unsigned_abs()));
        }
        buckets.insert(key, after);
        Ok(())
    }

    /// Puts one back: the attempt turned out to be a good one.
    pub fn give_back(&self, key: &K) {
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full_at) = buckets.get_mut(key) {
            full_at.0 = full_at.0.saturating_sub(i64::try_from(self.rate.every.as_millis()).unwrap_or(i64::MAX));
        }
    }
}

/// Drops full buckets; if all are in use, the half that is nearest to being full.
fn make_room<K: Eq + Hash>(buckets: &mut HashMap<K, UnixMs>, now: UnixMs) {
    buckets.retain(|_, full_at| *full_at > now);
    if buckets.len() >= KEYS_MAX {
        let mut ends: Vec<UnixMs> = buckets.values().copied().collect();
        let middle = ends.len() / 2;
        let (_, median, _) = ends.select_nth_unstable(middle);
        let median = *median;
        buckets.retain(|_, full_at| *full_at > median);
    }
}

/// Who an address belongs to: an IPv6 subscriber has a whole /64.
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATE: Rate = Rate { burst: 3, every: Duration::from_secs(10) };

    #[test]
    fn lets_a_burst_through_then_one_at_a_time() {
        let throttle = Throttle::new(RATE);
        let at = |seconds: i64| throttle.take("a", UnixMs(seconds * 1_000));
        assert_eq!([at(0), at(0), at(0)], [Ok(()); 3]);
        assert_eq!(at(0), Err(Duration::from_secs(10)));
        assert_eq!(at(9), Err(Duration::from_secs(1)));
        assert_eq!(at(10), Ok(()));
        assert!(at(10).is_err());
        assert_eq!(throttle.take("b", UnixMs(10_000)), Ok(()));
    }

    #[test]
    fn what_is_given_back_may_be_taken_again() {
        let throttle = Throttle::new(RATE);
        for _ in 0..20 {
            assert_eq!(throttle.take("a", UnixMs(0)), Ok(()));
            throttle.give_back(&"a");
        }
    }

    #[test]
    fn forgets_rather_than_grows_but_never_the_worst() {
        let throttle = Throttle::new(RATE);
        (0..3).for_each(|_| throttle.take(0, UnixMs(0)).expect("within the burst"));
        (1..30_000).for_each(|key| throttle.take(key, UnixMs(0)).expect("a new key"));
        assert!(throttle.full_at.lock().expect("no panic").len() <= KEYS_MAX);
        assert!(throttle.take(0, UnixMs(0)).is_err());
    }

    #[test]
    fn one_subscriber_has_many_ipv6_addresses() {
        let parse = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(subscriber(parse("2001:db8:1:2::1")), subscriber(parse("2001:db8:1:2:ffff::9")));
        assert_ne!(subscriber(parse("2001:db8:1:2::1")), subscriber(parse("2001:db8:1:3::1")));
        assert_eq!(subscriber(parse("::ffff:192.0.2.7")), parse("192.0.2.7"));
    }

    proptest! {
        #[test]
        fn never_lets_through_more_than_burst_and_rate(gaps in prop::collection::vec(0i64..8_000, 1..100)) {
            let throttle = Throttle::new(RATE);
            let mut now = 0;
            let mut taken = 0;
            for gap in gaps {
                now += gap;
                taken += i64::from(throttle.take((), UnixMs(now)).is_ok());
                prop_assert!(taken <= 3 + now / 10_000);
            }
        }
    }
}
