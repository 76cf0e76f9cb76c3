//! What serve is told at start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::data_place::DataPlace;
use crate::protocol::limits::REQUEST_TIMEOUT;

/// Serve's settings, resolved.
#[derive(Clone, Debug)]
pub struct ServeConfig {
    pub data: DataPlace,
    /// The website's address (TCP); port 0 takes a free one.
    pub listen: SocketAddr,
    /// The tunnel's address (UDP); port 0 takes a free one.
    pub quic: SocketAddr,
    /// The origin that browsers and hosts use. Port 0 stands for the bound one.
    pub public_url: String,
    /// `host:port` that hosts are told to connect to; `None`: the public URL's host and the bound UDP port.
    pub quic_public: Option<String>,
    pub tls: TlsConfig,
    pub limits: Limits,
}

/// How long is waited for what, and how many connections browsers get: what a small VPS can bear.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time in which the database must answer when serve starts: both may have been started together.
    pub database_start: Duration,
    /// Time for a request's whole body.
    pub body: Duration,
    /// Time in which a browser must take something of its answer.
    pub idle_reader: Duration,
    /// Connections at once. Each costs some tens of KiB at worst, and a file handle.
    pub connections: usize,
    /// The same for one IPv4 address or IPv6 /64. A browser has six, or one by HTTP/2.
    pub connections_per_address: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            database_start: Duration::from_secs(60),
            body: REQUEST_TIMEOUT,
            idle_reader: Duration::from_secs(60),
            connections: 800,
            connections_per_address: 100,
        }
    }
}

/// Where the website's certificate comes from.
#[derive(Clone, Debug)]
pub enum TlsConfig {
    /// Plain HTTP: on this machine only, or behind a proxy that does TLS.
    None,
    /// PEM files.
    Files { cert: PathBuf, key: PathBuf },
    /// RFC 8555, answered by TLS-ALPN-01 (RFC 8737) on the website's own port.
    Acme {
        email: String,
        directory_url: String,
        /// PEM roots to trust for the directory's own certificate; `None`: the public ones.
        trusted_roots: Option<PathBuf>,
    },
}
