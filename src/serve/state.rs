//! What every request handler may use.

use std::sync::Arc;
use std::time::Duration;

use super::access::AccessControl;
use super::config::Limits;
use super::database::Health;
use super::in_flight::InFlight;
use super::passwords::PasswordQueue;
use super::public_url::PublicUrl;
use super::relay::RelaySlots;
use super::remembered::Remembered;
use super::throttle::{Rate, Throttle};
use super::tunnels::Tunnels;
use crate::auth::{DevicePublicKey, TicketSigner};
use crate::store::Store;
use crate::telemetry::Metrics;
use crate::types::{Clock, Secret, UnixMs, UserId};

use std::net::IpAddr;

pub struct State {
    pub store: Store,
    pub database: Health,
    pub remembered: Remembered,
    pub clock: Arc<dyn Clock>,
    pub public_url: PublicUrl,
    /// Where hosts connect to: `host:port`.
    pub tunnel_address: String,
    /// The key that they find there.
    pub tunnel_key: DevicePublicKey,
    pub tickets: TicketSigner,
    pub access: Box<dyn AccessControl>,
    pub tunnels: Arc<Tunnels>,
    pub relay_slots: Arc<RelaySlots>,
    pub passwords: PasswordQueue,
    pub throttles: Throttles,
    pub limits: Limits,
    pub in_flight: Arc<InFlight>,
    pub metrics: Metrics,
    pub metrics_token: Secret<String>,
}

impl State {
    pub fn now(&self) -> UnixMs {
        self.clock.now()
    }
}

/// One bucket store for each thing that may be asked for too often.
pub struct Throttles {
    /// Failed sign-ins, by the name tried and where from: a stranger's tries are not the owner's.
    sign_in_name: Throttle<(String, IpAddr)>,
    /// Failed sign-ins, by the name tried: looser, against many strangers at once.
    sign_in_name_anywhere: Throttle<String>,
    /// Failed sign-ins, by where they come from.
    pub sign_in_address: Throttle<IpAddr>,
    /// Device grants asked for.
    pub grants: Throttle<IpAddr>,
    /// Wrong user codes typed (RFC 8628, section 5.1).
    pub user_codes: Throttle<UserId>,
    /// Play sessions opened.
    pub plays: Throttle<UserId>,
}

impl Throttles {
    pub fn new() -> Self {
        let rate = |burst, seconds| Rate { burst, every: Duration::from_secs(seconds) };
        Self {
            sign_in_name: Throttle::new(rate(10, 60)),
            sign_in_name_anywhere: Throttle::new(rate(200, 10)),
            sign_in_address: Throttle::new(rate(30, 10)),
            grants: Throttle::new(rate(20, 30)),
            user_codes: Throttle::new(rate(10, 60)),
            plays: Throttle::new(rate(60, 1)),
        }
    }

    /// Takes one try to sign in as `name` from `address`.
    pub fn try_sign_in(&self, name: &str, address: IpAddr, now: UnixMs) -> Result<(), Duration> {
        self.sign_in_address.take(address, now)?;
        self.sign_in_name.take((bucket(name), address), now)?;
        self.sign_in_name_anywhere.take(bucket(name), now)
    }

    /// Only wrong guesses count.
    pub fn give_back_sign_in(&self, name: &str, address: IpAddr) {
        self.sign_in_address.give_back(&address);
        self.sign_in_name.give_back(&(bucket(name), address));
        self.sign_in_name_anywhere.give_back(&bucket(name));
    }
}

/// A name as the throttles know it; a long one is nobody's.
fn bucket(name: &str) -> String {
    name.trim().to_lowercase().chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(throttles: &Throttles, address: &str, seconds: i64) -> bool {
        throttles.try_sign_in("ada", address.parse().expect("an address"), UnixMs(seconds * 1000)).is_ok()
    }

    #[test]
    fn a_stranger_who_guesses_does_not_lock_the_owner_out() {
        let throttles = Throttles::new();
        let let_in = (0..3_600).filter(|second| fail(&throttles, "192.0.2.1", *second)).count();
        assert!((60..=70).contains(&let_in), "{let_in}");
        assert!(!fail(&throttles, "192.0.2.1", 3_599));
        assert!(fail(&throttles, "192.0.2.2", 3_599));
    }

    #[test]
    fn many_strangers_together_are_held_back() {
        let throttles = Throttles::new();
        let let_in = (0..100u8).map(|last| (0..10).filter(|_| fail(&throttles, &format!("192.0.2.{last}"), 0)).count()).sum::<usize>();
        assert_eq!(let_in, 200);
    }
}
