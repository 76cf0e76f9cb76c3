//! The server's clock as this host knows it: what the tunnel's hello said, and the time that has passed since.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::protocol::limits::CLOCK_GRACE;
use crate::types::{Clock, UnixMs};

/// A clock that was off by more is worth telling the owner.
const OFFSET_WORTH_TELLING_MS: u64 = CLOCK_GRACE.as_secs() * 1000;

/// Owes the machine's wall clock nothing once it was set: that one may be stepped, by hand or by NTP, while the tunnel is up.
pub struct ServerClock {
    local: Arc<dyn Clock>,
    told: RwLock<Option<Told>>,
}

#[derive(Clone, Copy)]
struct Told {
    server_time: UnixMs,
    uptime: Duration,
}

impl ServerClock {
    pub fn new(local: Arc<dyn Clock>) -> Self {
        Self { local, told: RwLock::new(None) }
    }

    /// Server time, now; this machine's own time before [`ServerClock::set`].
    pub fn now(&self) -> UnixMs {
        let told = *self.told.read().unwrap_or_else(PoisonError::into_inner);
        told.map_or_else(|| self.local.now(), |told| told.server_time.plus(uptime().saturating_sub(told.uptime)))
    }

    /// The server says it is `server_time` now.
    pub fn set(&self, server_time: UnixMs) {
        let told = Told { server_time, uptime: uptime() };
        *self.told.write().unwrap_or_else(PoisonError::into_inner) = Some(told);
        let offset_ms = server_time.since_ms(self.local.now());
        if offset_ms.unsigned_abs() > OFFSET_WORTH_TELLING_MS {
            tracing::warn!(offset_ms, "this machine's clock differs from the server's; it is corrected for, but better set it right");
        }
    }
}

/// Time since the machine was started. Linux's `CLOCK_BOOTTIME` counts on while the machine sleeps, which `Instant` does not:
/// a sleep too short to cost the tunnel would leave the host behind the server until the next hello.
pub fn uptime() -> Duration {
    #[cfg(target_os = "linux")]
    const STEADY: libc::clockid_t = libc::CLOCK_BOOTTIME;
    #[cfg(not(target_os = "linux"))]
    const STEADY: libc::clockid_t = libc::CLOCK_MONOTONIC;
    let mut since = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `since` is a timespec of our own, which the call fills in.
    let told = unsafe { libc::clock_gettime(STEADY, &mut since) };
    assert_eq!(told, 0, "every kernel that runs this program has this clock");
    Duration::new(since.tv_sec.unsigned_abs(), u32::try_from(since.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[derive(Default)]
    struct At(AtomicI64);

    impl Clock for At {
        fn now(&self) -> UnixMs {
            UnixMs(self.0.load(Ordering::Relaxed))
        }
    }

    /// Far less than the steps below, far more than this test takes.
    const MEANWHILE_MS: i64 = 600_000;
    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn tells_the_servers_time_by_a_wrong_clock_that_is_stepped() {
        let local = Arc::new(At::default());
        let clock = ServerClock::new(local.clone());
        local.0.store(1_000, Ordering::Relaxed);
        assert_eq!(clock.now(), UnixMs(1_000));
        clock.set(UnixMs(HOUR_MS));
        for stepped_to in [0, 1_000, HOUR_MS, 100 * HOUR_MS, -HOUR_MS] {
            local.0.store(stepped_to, Ordering::Relaxed);
            let since_ms = clock.now().since_ms(UnixMs(HOUR_MS));
            assert!((0..MEANWHILE_MS).contains(&since_ms), "{since_ms}");
        }
        clock.set(UnixMs(i64::MAX));
        assert_eq!(clock.now(), UnixMs(i64::MAX));
    }

    #[test]
    fn time_passes() {
        let began = uptime();
        while uptime() == began {
            std::thread::yield_now();
        }
        assert!(uptime() > began);
    }
}
