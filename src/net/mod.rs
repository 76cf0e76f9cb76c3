//! The tunnel's transport, and the only room that names quinn: QUIC endpoints whose two ends are known by raw Ed25519 keys
//! (RFC 7250), framed streams, and the tunnel's two ends. It knows nothing of accounts, tickets or billing.

mod close;
mod dial;
mod identity;
mod listener;
mod relay_stream;
mod reset;
mod stream;
mod transport;
mod tunnel;

#[cfg(test)]
mod tests;

pub use close::Closed;
pub use dial::{DIAL_TIMEOUT, DialError, HostTunnel};
pub use listener::{Arriving, Pending, TunnelListener};
pub use relay_stream::{OpeningStream, RelayStream};
pub use tunnel::{RelayReply, Tunnel};

use std::net::SocketAddr;

use crate::protocol::FrameError;

/// Why the network did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    #[error("UDP port {} is in use by another program: choose another address or stop that program", addr.port())]
    PortInUse { addr: SocketAddr },
    #[error("cannot listen on UDP {addr}: {source}")]
    Listen { addr: SocketAddr, source: std::io::Error },
    #[error("the tunnel is closed: {0}")]
    Closed(#[from] Closed),
    #[error("the stream was given up by the other side")]
    StreamReset,
    #[error("the other side did not finish {0} in time")]
    TimedOut(&'static str),
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A frame holds no message that is known here, or bytes came where none may.
    #[error("the other side sent a broken message: {0}")]
    BadMessage(String),
}
