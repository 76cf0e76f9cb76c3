//! How many requests an account may have in flight.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::serve::http::error::ApiError;
use crate::types::UserId;

/// A player asks for a handful at once; several players and tabs fit.
const STREAMS_MAX: u32 = 64;

#[derive(Default)]
pub struct RelaySlots {
    taken: Mutex<HashMap<UserId, u32>>,
}

impl RelaySlots {
    pub fn take(self: &Arc<Self>, user: UserId) -> Result<RelaySlot, ApiError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(user).or_insert(0);
        if *count >= STREAMS_MAX {
            return Err(ApiError::RateLimited(Duration::from_secs(1)));
        }
        *count += 1;
        drop(taken);
        metrics::gauge!("iroam_relay_streams").increment(1);
        metrics::counter!("iroam_relay_streams_total").increment(1);
        Ok(RelaySlot { slots: Arc::clone(self), user, bytes: metrics::counter!("iroam_relay_bytes_total") })
    }
}

/// One request in flight; its place is free again when this is dropped.
pub struct RelaySlot {
    slots: Arc<RelaySlots>,
    user: UserId,
    bytes: metrics::Counter,
}

impl RelaySlot {
    pub fn count_bytes(&self, bytes: usize) {
        self.bytes.increment(u64::try_from(bytes).unwrap_or(u64::MAX));
    }
}

impl Drop for RelaySlot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.user);
            }
        }
        metrics::gauge!("iroam_relay_streams").decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::UnixMs;

    #[test]
    fn an_account_has_so_many_and_no_more_until_one_ends() {
        let slots = Arc::new(RelaySlots::default());
        let user = |n: u8| UserId::new(UnixMs(0), [n; 10]);
        let mut held: Vec<_> = (0..STREAMS_MAX).map(|_| slots.take(user(1)).expect("room")).collect();
        assert!(matches!(slots.take(user(1)), Err(ApiError::RateLimited(_))));
        assert!(slots.take(user(2)).is_ok());
        held.pop();
        assert!(slots.take(user(1)).is_ok());
        held.clear();
        assert!(slots.taken.lock().expect("no panic").is_empty());
    }
}
