//! Ports on loopback: the usual one, so that a bookmark and a sign-in survive; else a free one.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

use anyhow::{Context, Result};

/// The demo's usual port; unassigned by IANA.
pub const USUAL: u16 = 8747;

/// Where the website listens. A port that was asked for must be free; the usual one may be taken.
pub fn website(asked: Option<u16>) -> Result<SocketAddr> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let bind = |port| TcpListener::bind(at(port)).and_then(|listener| listener.local_addr());
    match asked {
        Some(port) => bind(port).with_context(|| format!("port {port} cannot be used: choose another with --port N")),
        None => bind(USUAL).or_else(|_| bind(0)).context("no free TCP port on 127.0.0.1"),
    }
}

/// Where hosts connect to: the website's number, so that a paired host finds it again after a restart; else a free one.
pub fn tunnel(website: SocketAddr) -> Result<SocketAddr> {
    let bind = |port| UdpSocket::bind((Ipv4Addr::LOCALHOST, port));
    let socket = bind(website.port()).or_else(|_| bind(0)).context("no free UDP port on 127.0.0.1")?;
    Ok(socket.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_that_was_asked_for_is_refused_by_name() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = taken.local_addr().expect("bound").port();
        let error = format!("{:#}", website(Some(port)).expect_err("taken"));
        assert!(error.contains(&port.to_string()) && error.contains("--port"), "{error}");
    }

    #[test]
    fn the_tunnel_has_the_websites_number_when_that_is_free() {
        let website = website(None).expect("a free port");
        let free = tunnel(website).expect("a free port");
        let taken = UdpSocket::bind(website).expect("free");
        let other = tunnel(website).expect("another free port");
        drop(taken);
        assert_eq!(free.port(), website.port());
        assert_ne!(other.port(), website.port());
    }
}
