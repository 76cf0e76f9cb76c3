//! Who is online: the tunnels of connected hosts.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::net::Tunnel;
use crate::protocol::tunnel::CloseCode;
use crate::types::HostId;

#[derive(Default)]
pub struct Tunnels {
    online: Mutex<HashMap<HostId, Tunnel>>,
}

impl Tunnels {
    /// A host has one tunnel: the newest. The one before it is closed, and told not to fight over the place.
    pub fn put(&self, host: HostId, tunnel: Tunnel) {
        let before = self.lock().insert(host, tunnel);
        self.report_count();
        if let Some(before) = before {
            before.close(CloseCode::Replaced, "another connection with the same key took this one's place");
        }
    }

    pub fn get(&self, host: HostId) -> Option<Tunnel> {
        self.lock().get(&host).cloned()
    }

    pub fn is_online(&self, host: HostId) -> bool {
        self.lock().contains_key(&host)
    }

    pub fn online(&self) -> Vec<HostId> {
        self.lock().keys().copied().collect()
    }

    /// Forgets `tunnel`; true unless another one has its place already.
    pub fn remove(&self, host: HostId, tunnel: &Tunnel) -> bool {
        let mut online = self.lock();
        let is_current = online.get(&host).is_some_and(|current| current.is_same(tunnel));
        if is_current {
            online.remove(&host);
        }
        drop(online);
        self.report_count();
        is_current
    }

    /// Cuts a host off at once: its owner removed it.
    pub fn revoke(&self, host: HostId) {
        let removed = self.lock().remove(&host);
        self.report_count();
        if let Some(tunnel) = removed {
            tunnel.close(CloseCode::Revoked, "the owner removed this host");
        }
    }

    fn report_count(&self) {
        #[allow(clippy::cast_precision_loss, reason = "a gauge of a few thousand")]
        metrics::gauge!("iroam_tunnels_online").set(self.lock().len() as f64);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<HostId, Tunnel>> {
        self.online.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
