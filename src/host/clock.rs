//! The server's clock as this host knows it: its own, corrected by what was measured at the tunnel's hello.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::protocol::limits::CLOCK_GRACE;
use crate::types::{Clock, UnixMs};

/// A clock that was off by more is worth telling the owner.
const OFFSET_WORTH_TELLING_MS: u64 = CLOCK_GRACE.as_secs() * 1000;

pub struct ServerClock {
    local: Arc<dyn Clock>,
    offset_ms: AtomicI64,
}

impl ServerClock {
    pub fn new(local: Arc<dyn Clock>) -> Self {
        Self { local, offset_ms: AtomicI64::new(0) }
    }

    /// Server time, now.
    pub fn now(&self) -> UnixMs {
        UnixMs(self.local.now().0.saturating_add(self.offset_ms.load(Ordering::Relaxed)))
    }

    /// The server says it is `server_time` now.
    pub fn set(&self, server_time: UnixMs) {
        let offset_ms = server_time.since_ms(self.local.now());
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
        if offset_ms.unsigned_abs() > OFFSET_WORTH_TELLING_MS {
            tracing::warn!(offset_ms, "this machine's clock differs from the server's; it is corrected for, but better set it right");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct At(i64);

    impl Clock for At {
        fn now(&self) -> UnixMs {
            UnixMs(self.0)
        }
    }

    #[test]
    fn tells_the_servers_time_by_a_wrong_clock() {
        let clock = ServerClock::new(Arc::new(At(1_000)));
        assert_eq!(clock.now(), UnixMs(1_000));
        clock.set(UnixMs(3_601_000));
        assert_eq!(clock.now(), UnixMs(3_601_000));
        clock.set(UnixMs(i64::MAX));
        assert_eq!(clock.now(), UnixMs(i64::MAX));
    }
}
