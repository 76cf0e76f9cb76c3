//! A host's tunnel as serve holds it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use quinn::{Connection, RecvStream, SendStream};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::close::wire_code;
use super::stream::{WholeOrReset, read_message, write_message};
use super::{Closed, NetError};
use crate::auth::DevicePublicKey;
use crate::protocol::limits::REQUEST_TIMEOUT;
use crate::protocol::tunnel::{Accepted, CloseCode, Encoding, Notice, Open};

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

/// The tunnel's first stream; the receiving half is kept so that the host is not told to stop.
#[derive(Debug)]
struct Control {
    send: Mutex<SendStream>,
    _recv: RecvStream,
}

/// A relayed answer, as it arrives. Dropped before its end it resets the stream, and the host stops working on it.
#[derive(Debug)]
pub struct RelayReply {
    pub encoding: Encoding,
    recv: RecvStream,
}

impl Tunnel {
    pub(super) fn new(connection: Connection, key: DevicePublicKey, send: SendStream, recv: RecvStream) -> Self {
        Self { connection, key, control: Arc::new(Control { send: Mutex::new(send), _recv: recv }) }
    }

    pub fn peer_key(&self) -> DevicePublicKey {
        self.key
    }

    pub fn remote_address(&self) -> SocketAddr {
        self.connection.remote_address()
    }

    /// The round trip as QUIC estimates it now.
    pub fn rtt(&self) -> Duration {
        self.connection.rtt()
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

    pub fn close(&self, code: CloseCode, reason: &str) {
        self.connection.close(wire_code(code), reason.as_bytes());
    }

    /// Waits for the end of the tunnel.
    pub async fn closed(&self) -> Closed {
        self.connection.closed().await.into()
    }

    /// Sends `request` to the host on a stream of its own, and waits for the beginning of the answer.
    pub async fn open_relay(&self, accept: &[Encoding], request: Bytes) -> Result<RelayReply, NetError> {
        let open = Open::Relay { accept: accept.to_vec() };
        match timeout(ACCEPT_TIMEOUT, self.exchange(&open, request)).await {
            Ok(reply) => reply,
            Err(_) => Err(NetError::TimedOut("the beginning of its answer")),
        }
    }

    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    async fn exchange(&self, open: &Open, request: Bytes) -> Result<RelayReply, NetError> {
        let (send, mut recv) = self.connection.open_bi().await.map_err(Closed::from)?;
        let mut send = WholeOrReset::new(send);
        // A host may refuse before it has read all: its answer then tells more than our failed write.
        let sent = send_request(&mut send, open, request).await;
        match (read_message::<Accepted>(&mut recv).await, sent) {
            (Ok(accepted), _) => Ok(RelayReply { encoding: accepted.encoding, recv }),
            (Err(_), Err(sending)) => Err(sending),
            (Err(reading), Ok(())) => Err(reading),
        }
    }
}

async fn send_request(send: &mut WholeOrReset, open: &Open, request: Bytes) -> Result<(), NetError> {
    write_message(send, open).await?;
    send.write_chunk(request).await?;
    send.finish();
    Ok(())
}

impl RelayReply {
    /// All that has arrived in order, [`FRAMES_A_PIECE`] QUIC frames at most (about 80 KiB); `None` at the end.
    ///
    /// A frame holds little over a kilobyte, and each piece costs whoever passes it on a write of its own: so frames that are
    /// there are joined, and none is waited for.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, NetError> {
        let mut frames = [const { Bytes::new() }; FRAMES_A_PIECE];
        let Some(count) = self.recv.read_chunks(&mut frames).await? else { return Ok(None) };
        Ok(Some(join(&mut frames[..count])))
    }
}

fn join(frames: &mut [Bytes]) -> Bytes {
    if let [only] = frames {
        return std::mem::take(only);
    }
    let mut piece = BytesMut::with_capacity(frames.iter().map(Bytes::len).sum());
    frames.iter().for_each(|frame| piece.extend_from_slice(frame));
    piece.freeze()
}
