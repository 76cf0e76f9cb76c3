//! What serve is told at start.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Serve's settings, resolved.
#[derive(Clone, Debug)]
pub struct ServeConfig {
    /// Folder of the database and keys; made when missing.
    pub data: PathBuf,
    /// The website's address (TCP); port 0 takes a free one.
    pub listen: SocketAddr,
    /// The tunnel's address (UDP); port 0 takes a free one.
    pub quic: SocketAddr,
    /// The origin that browsers and hosts use. Port 0 stands for the bound one.
    pub public_url: String,
    /// `host:port` that hosts are told to connect to; `None`: the public URL's host and the bound UDP port.
    pub quic_public: Option<String>,
    pub tls: TlsConfig,
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
