//! How many connections browsers may hold open: each costs memory, and nobody need sign in for one.

use std::any::Any;
use std::collections::HashMap;
use std::net::{IpAddr, Shutdown};
use std::sync::{Arc, Mutex, PoisonError};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::SockRef;

use super::throttle::subscriber;

/// Who holds how many.
pub struct Connections {
    total_max: usize,
    each_max: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl Connections {
    /// `total_max` for all together, `each_max` for one subscriber.
    pub fn new(total_max: usize, each_max: usize) -> Self {
        Self { total_max, each_max, open: Mutex::default() }
    }

    /// Lets the connection `io` of actix's in, or cuts it. Its place is kept in `data`, which ends with the connection.
    pub fn admit(self: &Arc<Self>, io: &dyn Any, data: &mut Extensions) {
        let plain = io.downcast_ref::<TcpStream>();
        let Some(stream) = plain.or_else(|| io.downcast_ref::<TlsStream<TcpStream>>().map(|tls| tls.get_ref().0)) else { return };
        let Ok(peer) = stream.peer_addr() else { return };
        match self.enter(peer.ip()) {
            Some(place) => {
                data.insert(place);
            }
            None => {
                metrics::counter!("iroam_connections_refused_total").increment(1);
                // It may be gone already.
                let _ = SockRef::from(stream).shutdown(Shutdown::Both);
            }
        }
    }

    fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = subscriber(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let held = open.get(&address).copied().unwrap_or(0);
        // A proxy on this machine brings everybody's.
        let each_max = if address.is_loopback() { usize::MAX } else { self.each_max };
        if held >= each_max || open.values().sum::<usize>() >= self.total_max {
            return None;
        }
        open.insert(address, held + 1);
        Some(Place { connections: Arc::clone(self), address })
    }
}

/// One connection's place, free again when dropped.
struct Place {
    connections: Arc<Connections>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = open.get_mut(&self.address) {
            *held -= 1;
            if *held == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_subscriber_has_so_many_and_others_theirs() {
        let connections = Arc::new(Connections::new(10, 2));
        let mut held: Vec<_> = (0..2).map(|_| connections.enter(address("192.0.2.1")).expect("room")).collect();
        assert!(connections.enter(address("192.0.2.1")).is_none());
        assert!(connections.enter(address("::ffff:192.0.2.1")).is_none());
        assert!(connections.enter(address("192.0.2.2")).is_some());
        held.pop();
        assert!(connections.enter(address("192.0.2.1")).is_some());
        held.clear();
        assert!(connections.open.lock().expect("no panic").is_empty());
    }

    #[test]
    fn all_together_have_so_many_even_from_this_machine() {
        let connections = Arc::new(Connections::new(3, 1));
        let held: Vec<_> = (0..3).map(|_| connections.enter(address("127.0.0.1")).expect("room")).collect();
        assert!(connections.enter(address("127.0.0.1")).is_none());
        assert!(connections.enter(address("192.0.2.1")).is_none());
        drop(held);
        assert!(connections.enter(address("192.0.2.1")).is_some());
    }
}
