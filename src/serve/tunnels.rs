//! Who is online: the tunnels of connected hosts.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::net::Tunnel;
use crate::protocol::seal::PublicPrekey;
use crate::protocol::tunnel::CloseCode;
use crate::types::HostId;

#[derive(Default)]
pub struct Tunnels {
    online: Mutex<HashMap<HostId, Online>>,
}

struct Online {
    tunnel: Tunnel,
    /// What players seal to. Only they check it: this server is not to be trusted with it.
    prekey: PublicPrekey,
}

impl Tunnels {
    /// A host has one tunnel: the newest. The one before it is closed, and told not to fight over the place.
    pub fn put(&self, host: HostId, tunnel: Tunnel, prekey: PublicPrekey) {
        let before = self.lock().insert(host, Online { tunnel, prekey });
        self.report_count();
        if let Some(before) = before {
            before.tunnel.close(CloseCode::Replaced, "another connection with the same key took this one's place");
        }
    }

    pub fn get(&self, host: HostId) -> Option<Tunnel> {
        self.lock().get(&host).map(|online| online.tunnel.clone())
    }

    pub fn prekey(&self, host: HostId) -> Option<PublicPrekey> {
        self.lock().get(&host).map(|online| online.prekey.clone())
    }

    /// The host has a new prekey, told on `tunnel`.
    pub fn set_prekey(&self, host: HostId, tunnel: &Tunnel, prekey: PublicPrekey) {
        if let Some(online) = self.lock().get_mut(&host).filter(|online| online.tunnel.is_same(tunnel)) {
            online.prekey = prekey;
        }
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
        let is_current = online.get(&host).is_some_and(|current| current.tunnel.is_same(tunnel));
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
        if let Some(Online { tunnel, .. }) = removed {
            tunnel.close(CloseCode::Revoked, "the owner removed this host");
        }
    }

    fn report_count(&self) {
        #[allow(clippy::cast_precision_loss, reason = "a gauge of a few thousand")]
        metrics::gauge!("iroam_tunnels_online").set(self.lock().len() as f64);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<HostId, Online>> {
        self.online.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
