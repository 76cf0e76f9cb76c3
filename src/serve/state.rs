//! What every request handler may use.

use std::sync::Arc;
use std::time::Duration;

use super::access::AccessControl;
use super::in_flight::InFlight;
use super::passwords::PasswordQueue;
use super::public_url::PublicUrl;
use super::relay::RelaySlots;
use super::throttle::{Rate, Throttle};
use super::tunnels::Tunnels;
use crate::auth::{DevicePublicKey, TicketSigner};
use crate::store::Store;
use crate::telemetry::Metrics;
use crate::types::{Clock, Secret, UnixMs, UserId};

use std::net::IpAddr;

pub struct State {
    pub store: Store,
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
    /// Failed sign-ins, by the name tried.
    pub sign_in_name: Throttle<String>,
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
            sign_in_address: Throttle::new(rate(30, 10)),
            grants: Throttle::new(rate(20, 30)),
            user_codes: Throttle::new(rate(10, 60)),
            plays: Throttle::new(rate(60, 1)),
        }
    }
}
