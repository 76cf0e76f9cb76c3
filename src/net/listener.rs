//! Serve's end: takes hosts' tunnels as they arrive.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use quinn::{Connection, Endpoint, Incoming, RecvStream, SendStream, TokioRuntime};
use tokio::time::timeout;

use super::close::wire_code;
use super::stream::{read_message, write_message};
use super::{Closed, NetError, Tunnel, identity, transport};
use crate::auth::{DeviceKey, DevicePublicKey};
use crate::protocol::limits::REQUEST_TIMEOUT;
use crate::protocol::tunnel::{Answer, CloseCode, Hello, RefusalCode, Welcome};

/// How long a closing side waits for its last words to arrive.
pub(super) const GOODBYE_TIMEOUT: Duration = Duration::from_secs(2);

/// A UDP socket that takes tunnels. Clones are the same socket.
#[derive(Clone, Debug)]
pub struct TunnelListener {
    endpoint: Endpoint,
    local_addr: SocketAddr,
}

/// A first packet came; nothing is known of its sender yet.
pub struct Arriving(Incoming);

/// A peer that proved its key and said hello, and waits for an answer.
#[derive(Debug)]
pub struct Pending {
    connection: Connection,
    key: DevicePublicKey,
    hello: Hello,
    send: SendStream,
    recv: RecvStream,
}

impl TunnelListener {
    /// Listens on `addr` (port 0: any free one) as `key`. Call it inside a tokio runtime.
    pub fn bind(addr: SocketAddr, key: &DeviceKey) -> Result<Self, NetError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => NetError::PortInUse { addr },
            _ => NetError::Listen { addr, source },
        };
        let socket = UdpSocket::bind(addr).map_err(failed)?;
        let local_addr = socket.local_addr().map_err(failed)?;
        let (endpoint_config, server_config) = (transport::endpoint_config(key), transport::server_config(key));
        let endpoint = Endpoint::new(endpoint_config, Some(server_config), socket, Arc::new(TokioRuntime)).map_err(failed)?;
        Ok(Self { endpoint, local_addr })
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The next arrival; `None` once the listener is closed. Its handshake is the caller's to run, beside others.
    pub async fn accept(&self) -> Option<Arriving> {
        self.endpoint.accept().await.map(Arriving)
    }

    /// Closes every tunnel with `code` and gives its last words a moment to arrive.
    pub async fn close(&self, code: CloseCode) {
        self.endpoint.close(wire_code(code), b"the server is shutting down");
        // Bounded: a peer that is gone must not hold up the shutdown.
        let _ = timeout(GOODBYE_TIMEOUT, self.endpoint.wait_idle()).await;
    }
}

impl Arriving {
    pub fn remote_address(&self) -> SocketAddr {
        self.0.remote_address()
    }

    /// Finishes TLS and reads the hello, all within [`REQUEST_TIMEOUT`].
    pub async fn handshake(self) -> Result<Pending, NetError> {
        match timeout(REQUEST_TIMEOUT, self.greet()).await {
            Ok(greeted) => greeted,
            Err(_) => Err(NetError::TimedOut("its hello")),
        }
    }

    async fn greet(self) -> Result<Pending, NetError> {
        let connection = self.0.accept().map_err(Closed::from)?.await.map_err(Closed::from)?;
        let guard = CloseOnDrop(Some(connection.clone()));
        let Some(key) = identity::peer_key(&connection) else {
            return Err(NetError::BadMessage("no Ed25519 key was shown".to_owned()));
        };
        let (send, mut recv) = connection.accept_bi().await.map_err(Closed::from)?;
        let hello = read_message(&mut recv).await?;
        guard.disarm();
        Ok(Pending { connection, key, hello, send, recv })
    }
}

/// A greeting that fails or is given up closes its connection, whoever else holds it.
struct CloseOnDrop(Option<Connection>);

impl CloseOnDrop {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        if let Some(connection) = &self.0 {
            connection.close(wire_code(CloseCode::Refused), b"no hello was understood");
        }
    }
}

impl Pending {
    pub fn peer_key(&self) -> DevicePublicKey {
        self.key
    }

    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    pub fn remote_address(&self) -> SocketAddr {
        self.connection.remote_address()
    }

    /// Says no, and why; waits a moment for it to be heard.
    pub async fn refuse(mut self, code: RefusalCode, detail: impl Into<String>) {
        let answer = Answer::Refused { code, detail: detail.into() };
        let say = async {
            write_message(&mut self.send, &answer).await?;
            let _ = self.send.finish();
            let _ = self.send.stopped().await;
            Ok::<(), NetError>(())
        };
        let _ = timeout(GOODBYE_TIMEOUT, say).await;
        self.connection.close(wire_code(CloseCode::Refused), b"refused");
    }

    /// Says yes: from here on it is a tunnel.
    pub async fn welcome(mut self, welcome: Welcome) -> Result<Tunnel, NetError> {
        let sent = timeout(REQUEST_TIMEOUT, write_message(&mut self.send, &Answer::Welcome(welcome))).await;
        sent.map_err(|_| NetError::TimedOut("taking its welcome"))??;
        Ok(Tunnel::new(self.connection, self.key, self.send, self.recv))
    }
}
