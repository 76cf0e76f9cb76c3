//! A host's tunnel as serve holds it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use quinn::{Connection, RecvStream, SendStream};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::close::wire_code;
use super::stream::{Messages, WholeOrReset, write_message};
use super::{Closed, NetError};
use crate::auth::DevicePublicKey;
use crate::protocol::limits::{REPLY_IDLE_TIMEOUT, REQUEST_TIMEOUT};
use crate::protocol::tunnel::{CloseCode, Notice, Open, Report};

/// How long a host may take to begin its answer: a cold start of its media engine fits.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(30);
/// QUIC frames joined into one piece.
const FRAMES_A_PIECE: usize = 64;

/// A welcomed host. Clones are the same tunnel; dropping the last one closes it.
#[derive(Clone, Debug)]
pub struct Tunnel {
    connection: Connection,
    key: DevicePublicKey,
    control: Arc<Control>,
}

/// The tunnel's first stream.
#[derive(Debug)]
struct Control {
    send: Mutex<SendStream>,
    reports: Mutex<Messages>,
}

/// A relayed answer, as it arrives. Dropped before its end it resets the stream, and the host stops working on it.
#[derive(Debug)]
pub struct RelayReply {
    /// What came first.
    first: Option<Bytes>,
    recv: RecvStream,
    pub(super) patience: Duration,
}

impl Tunnel {
    pub(super) fn new(connection: Connection, key: DevicePublicKey, send: SendStream, recv: RecvStream) -> Self {
        Self { connection, key, control: Arc::new(Control { send: Mutex::new(send), reports: Mutex::new(Messages::new(recv)) }) }
    }

    pub fn peer_key(&self) -> DevicePublicKey {
        self.key
    }

    pub fn remote_address(&self) -> SocketAddr {
        self.connection.remote_address()
    }

    /// Whether the two are one connection, not merely the same host's.
    pub fn is_same(&self, other: &Self) -> bool {
        self.connection.stable_id() == other.connection.stable_id()
    }

    /// Tells the host something. A host that does not take it in time is cut off.
    pub async fn notify(&self, notice: Notice) -> Result<(), NetError> {
        let say = async { write_message(&mut *self.control.send.lock().await, &notice).await };
        match timeout(REQUEST_TIMEOUT, say).await {
            Ok(said) => said,
            Err(_) => {
                self.close(CloseCode::GoingAway, "a notice was not taken");
                Err(NetError::TimedOut("taking a notice"))
            }
        }
    }

    /// The next thing that the host tells of itself. Cancel safe. A host that sends nonsense is cut off.
    pub async fn next_report(&self) -> Result<Report, Closed> {
        match self.control.reports.lock().await.next().await {
            Ok(report) => Ok(report),
            Err(NetError::Closed(closed)) => Err(closed),
            Err(error) => {
                self.close(CloseCode::GoingAway, "the reports broke off");
                Err(Closed::lost(error.to_string()))
            }
        }
    }

    pub fn close(&self, code: CloseCode, reason: &str) {
        self.connection.close(wire_code(code), reason.as_bytes());
    }

    /// Waits for the end of the tunnel.
    pub async fn closed(&self) -> Closed {
        self.connection.closed().await.into()
    }

    /// Sends `request` to the host on a stream of its own, and waits for the beginning of the answer.
    pub async fn open_relay(&self, request: Bytes) -> Result<RelayReply, NetError> {
        match timeout(ACCEPT_TIMEOUT, self.exchange(request)).await {
            Ok(reply) => reply,
            Err(_) => Err(NetError::TimedOut("the beginning of its answer")),
        }
    }

    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    async fn exchange(&self, request: Bytes) -> Result<RelayReply, NetError> {
        let (send, mut recv) = self.connection.open_bi().await.map_err(Closed::from)?;
        let mut send = WholeOrReset::new(send);
        // A host may refuse before it has read all: its answer then tells more than our failed write.
        let sent = send_request(&mut send, request).await;
        match (next_piece(&mut recv).await, sent) {
            (Ok(Some(first)), _) => Ok(RelayReply { first: Some(first), recv, patience: REPLY_IDLE_TIMEOUT }),
            (Ok(None) | Err(_), Err(sending)) => Err(sending),
            (Ok(None), Ok(())) => Err(NetError::BadMessage("an answer without a byte".to_owned())),
            (Err(reading), Ok(())) => Err(reading),
        }
    }
}

async fn send_request(send: &mut WholeOrReset, request: Bytes) -> Result<(), NetError> {
    write_message(send, &Open::Relay {}).await?;
    send.write_chunk(request).await?;
    send.finish();
    Ok(())
}

impl RelayReply {
    /// All that has arrived in order, [`FRAMES_A_PIECE`] QUIC frames at most (about 80 KiB); `None` at the end.
    ///
    /// A frame holds little over a kilobyte, and each piece costs whoever passes it on a write of its own: so frames that are
    /// there are joined, and none is waited for. A host that sends nothing for [`REPLY_IDLE_TIMEOUT`] is not waited for either.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, NetError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        timeout(self.patience, next_piece(&mut self.recv)).await.unwrap_or(Err(NetError::TimedOut("its answer")))
    }
}

async fn next_piece(recv: &mut RecvStream) -> Result<Option<Bytes>, NetError> {
    let mut frames = [const { Bytes::new() }; FRAMES_A_PIECE];
    let arrived = recv.read_chunks(&mut frames).await?;
    Ok(arrived.map(|count| join(&mut frames[..count])))
}

fn join(frames: &mut [Bytes]) -> Bytes {
    if let [only] = frames {
        return std::mem::take(only);
    }
    let mut piece = BytesMut::with_capacity(frames.iter().map(Bytes::len).sum());
    frames.iter().for_each(|frame| piece.extend_from_slice(frame));
    piece.freeze()
}
