//! Where a request comes from: the connection's own address. Headers like `X-Forwarded-For` are anybody's to write and change nothing.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;

use super::throttle;

/// The other end of the connection.
pub fn address(request: &HttpRequest) -> IpAddr {
    // No address: a test's or a socket file's connection; it shares one bucket with its like.
    request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip().to_canonical())
}

/// Who is held back when the address asks too often.
pub fn subscriber(request: &HttpRequest) -> IpAddr {
    throttle::subscriber(address(request))
}
