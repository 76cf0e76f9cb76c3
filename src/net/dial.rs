//! The host's end: dials serve and takes the streams that serve opens.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use quinn::{Connection, Endpoint, RecvStream, SendStream, TokioRuntime};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::close::wire_code;
use super::listener::GOODBYE_TIMEOUT;
use super::stream::{Messages, read_message, write_message};
use super::{Closed, NetError, OpeningStream, transport};
use crate::auth::{DeviceKey, DevicePublicKey};
use crate::protocol::limits::REQUEST_TIMEOUT;
use crate::protocol::tunnel::{Answer, CloseCode, Hello, Notice, RefusalCode, Report, Welcome};

/// How long a dial may take: 4 round trips of a slow mobile network; a server that was away is dialled again soon.
pub const DIAL_TIMEOUT: Duration = Duration::from_secs(3);
/// TLS wants a name; with raw keys nobody looks at it and it is not sent.
const SERVER_NAME: &str = "iroam.invalid";

/// Why there is no tunnel.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    #[error("the server refused the tunnel: {detail}")]
    Refused { code: RefusalCode, detail: String },
    #[error("the server showed another key than the one this host was paired with")]
    WrongServerKey,
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// It was reached, and closed the connection before it said welcome.
    #[error("the server closed the tunnel: {0}")]
    Closed(Closed),
    #[error("the server did not answer in time")]
    TimedOut,
    #[error("the server does not speak this tunnel's protocol: {0}")]
    Protocol(String),
}

/// A host's open tunnel.
#[derive(Debug)]
pub struct HostTunnel {
    endpoint: Endpoint,
    connection: Connection,
    welcome: Welcome,
    notices: Mutex<Messages>,
    reports: Mutex<SendStream>,
}

impl HostTunnel {
    /// As [`HostTunnel::connect_within`], with the time that a slow network takes.
    pub async fn connect(server: SocketAddr, server_key: DevicePublicKey, key: &DeviceKey, hello: Hello) -> Result<Self, DialError> {
        Self::connect_within(DIAL_TIMEOUT, server, server_key, key, hello).await
    }

    /// Dials `server`, which must prove `server_key`, as `key`, and says `hello`. The welcome must be there within `patience`.
    pub async fn connect_within(
        patience: Duration,
        server: SocketAddr,
        server_key: DevicePublicKey,
        key: &DeviceKey,
        hello: Hello,
    ) -> Result<Self, DialError> {
        match timeout(patience, Self::dial(server, server_key, key, hello)).await {
            Ok(dialled) => dialled,
            Err(_) => Err(DialError::TimedOut),
        }
    }

    async fn dial(server: SocketAddr, server_key: DevicePublicKey, key: &DeviceKey, hello: Hello) -> Result<Self, DialError> {
        let endpoint = client_endpoint(server, key)?;
        let (config, wrong_key) = transport::client_config(key, server_key);
        let connecting = endpoint.connect_with(config, server, SERVER_NAME).map_err(|e| DialError::Unreachable(e.to_string()))?;
        let connection = match connecting.await {
            Ok(connection) => connection,
            Err(_) if wrong_key.load(Ordering::Acquire) => return Err(DialError::WrongServerKey),
            Err(quinn::ConnectionError::TimedOut) => return Err(DialError::TimedOut),
            Err(error) => return Err(DialError::Protocol(error.to_string())),
        };
        let (send, recv, answer) = greet(&connection, &hello).await.map_err(broken_greeting)?;
        match answer {
            Answer::Refused { code, detail } => {
                connection.close(wire_code(CloseCode::Refused), b"refused");
                Err(DialError::Refused { code, detail })
            }
            Answer::Welcome(welcome) if welcome.version < hello.versions.min || welcome.version > hello.versions.max => {
                connection.close(wire_code(CloseCode::Refused), b"no such version");
                Err(DialError::Protocol(format!("it chose version {}, which was not offered", welcome.version)))
            }
            Answer::Welcome(welcome) => {
                Ok(Self { endpoint, connection, welcome, notices: Mutex::new(Messages::new(recv)), reports: Mutex::new(send) })
            }
        }
    }

    pub fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// The next stream that serve opens.
    pub async fn accept(&self) -> Result<OpeningStream, Closed> {
        let (send, recv) = self.connection.accept_bi().await?;
        Ok(OpeningStream::new(send, recv))
    }

    /// The next notice from serve. Cancel safe. A server that sends nonsense here is left.
    pub async fn next_notice(&self) -> Result<Notice, Closed> {
        match self.notices.lock().await.next().await {
            Ok(notice) => Ok(notice),
            Err(NetError::Closed(closed)) => Err(closed),
            Err(error) => {
                self.connection.close(wire_code(CloseCode::GoingAway), b"the notices broke off");
                Err(Closed::lost(error.to_string()))
            }
        }
    }

    /// Tells serve something of this host.
    pub async fn report(&self, report: &Report) -> Result<(), NetError> {
        let say = async { write_message(&mut *self.reports.lock().await, report).await };
        timeout(REQUEST_TIMEOUT, say).await.unwrap_or(Err(NetError::TimedOut("taking a report")))
    }

    pub async fn closed(&self) -> Closed {
        self.connection.closed().await.into()
    }

    /// Closes the tunnel and gives its last words a moment to arrive.
    pub async fn close(&self, code: CloseCode, reason: &str) {
        self.connection.close(wire_code(code), reason.as_bytes());
        let _ = timeout(GOODBYE_TIMEOUT, self.endpoint.wait_idle()).await;
    }
}

impl Drop for HostTunnel {
    fn drop(&mut self) {
        // Streams that are still being answered hold the connection; without its tunnel it must not live on.
        self.connection.close(wire_code(CloseCode::GoingAway), b"the host left");
    }
}

fn client_endpoint(server: SocketAddr, key: &DeviceKey) -> Result<Endpoint, DialError> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).map_err(|e| DialError::Unreachable(e.to_string()))?;
    Endpoint::new(transport::endpoint_config(key), None, socket, Arc::new(TokioRuntime)).map_err(|e| DialError::Unreachable(e.to_string()))
}

async fn greet(connection: &Connection, hello: &Hello) -> Result<(SendStream, RecvStream, Answer), NetError> {
    let (mut send, mut recv) = connection.open_bi().await.map_err(Closed::from)?;
    write_message(&mut send, hello).await?;
    let answer = read_message(&mut recv).await?;
    Ok((send, recv, answer))
}

fn broken_greeting(error: NetError) -> DialError {
    match error {
        NetError::Closed(closed) => DialError::Closed(closed),
        other => DialError::Protocol(other.to_string()),
    }
}
