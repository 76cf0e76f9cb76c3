//! Remembers what was seen until it expires, so that nothing is accepted twice.

use std::collections::{BTreeSet, HashSet};

use uuid::Uuid;

use crate::types::UnixMs;

/// A request's name: its ticket's `jti` and its own nonce.
type Seen = (Uuid, [u8; 16]);

/// A bounded memory of requests seen. When full it refuses: forgetting would let a replay in.
#[derive(Debug)]
pub struct ReplayGuard {
    seen: HashSet<Seen>,
    by_expiry: BTreeSet<(UnixMs, Seen)>,
    capacity: usize,
}

/// What the guard says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Fresh,
    Replayed,
    /// Too many requests within a ticket's life to remember.
    Full,
}

impl ReplayGuard {
    pub fn new(capacity: usize) -> Self {
        Self { seen: HashSet::new(), by_expiry: BTreeSet::new(), capacity }
    }

    /// Notes a request whose ticket is dead after `forget_at`.
    pub fn check(&mut self, jti: Uuid, nonce: [u8; 16], forget_at: UnixMs, now: UnixMs) -> Verdict {
        self.forget(now);
        let request = (jti, nonce);
        if self.seen.contains(&request) {
            return Verdict::Replayed;
        }
        if self.seen.len() >= self.capacity {
            return Verdict::Full;
        }
        self.seen.insert(request);
        self.by_expiry.insert((forget_at, request));
        Verdict::Fresh
    }

    fn forget(&mut self, now: UnixMs) {
        while let Some(&(forget_at, request)) = self.by_expiry.first() {
            if forget_at > now {
                break;
            }
            self.by_expiry.pop_first();
            self.seen.remove(&request);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_time_is_a_replay_until_the_ticket_is_dead() {
        let mut guard = ReplayGuard::new(10);
        let jti = Uuid::from_u128(1);
        assert_eq!(guard.check(jti, [0; 16], UnixMs(100), UnixMs(0)), Verdict::Fresh);
        assert_eq!(guard.check(jti, [0; 16], UnixMs(100), UnixMs(99)), Verdict::Replayed);
        assert_eq!(guard.check(jti, [1; 16], UnixMs(100), UnixMs(99)), Verdict::Fresh);
        assert_eq!(guard.check(jti, [0; 16], UnixMs(300), UnixMs(200)), Verdict::Fresh);
    }

    #[test]
    fn a_full_guard_refuses_rather_than_forgets() {
        let mut guard = ReplayGuard::new(1);
        let jti = Uuid::from_u128(1);
        assert_eq!(guard.check(jti, [0; 16], UnixMs(100), UnixMs(0)), Verdict::Fresh);
        assert_eq!(guard.check(jti, [1; 16], UnixMs(100), UnixMs(0)), Verdict::Full);
        assert_eq!(guard.check(jti, [0; 16], UnixMs(100), UnixMs(0)), Verdict::Replayed);
        assert_eq!(guard.check(jti, [1; 16], UnixMs(200), UnixMs(100)), Verdict::Fresh);
    }
}
