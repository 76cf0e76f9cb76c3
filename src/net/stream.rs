//! Frames and JSON messages on a QUIC stream.

use quinn::{ReadError, ReadExactError, RecvStream, SendStream, VarInt, WriteError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Closed, NetError};
use crate::protocol::frame::{self, PREFIX_BYTES};
use crate::protocol::limits::TUNNEL_FRAME_BYTES_MAX;
use crate::protocol::{FrameDecoder, FrameError};

impl From<ReadError> for NetError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Reset(_) | ReadError::ClosedStream => Self::StreamReset,
            ReadError::ConnectionLost(error) => Self::Closed(error.into()),
            other => Self::Closed(Closed::lost(other.to_string())),
        }
    }
}

impl From<WriteError> for NetError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Stopped(_) | WriteError::ClosedStream => Self::StreamReset,
            WriteError::ConnectionLost(error) => Self::Closed(error.into()),
            other => Self::Closed(Closed::lost(other.to_string())),
        }
    }
}

fn unfinished(error: ReadExactError, length: usize) -> NetError {
    match error {
        ReadExactError::FinishedEarly(got) => NetError::Frame(FrameError::Unfinished { got, length }),
        ReadExactError::ReadError(error) => error.into(),
    }
}

/// One frame's payload, at most `limit` bytes. Not cancel safe: what was read is lost.
pub(super) async fn read_frame(recv: &mut RecvStream, limit: usize) -> Result<Vec<u8>, NetError> {
    let mut prefix = [0; PREFIX_BYTES];
    recv.read_exact(&mut prefix).await.map_err(|error| unfinished(error, PREFIX_BYTES))?;
    let length = frame::decode_length(prefix, limit)?;
    let mut payload = vec![0; length];
    recv.read_exact(&mut payload).await.map_err(|error| unfinished(error, length))?;
    Ok(payload)
}

/// All that comes until the peer finishes, at most `limit` bytes.
pub(super) async fn read_to_end(recv: &mut RecvStream, limit: usize) -> Result<Vec<u8>, NetError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = recv.read_chunk(limit + 1 - bytes.len(), true).await? {
        bytes.extend_from_slice(&chunk.bytes);
        if bytes.len() > limit {
            return Err(NetError::BadMessage(format!("it is longer than {limit} bytes")));
        }
    }
    Ok(bytes)
}

/// One of the tunnel's own messages.
pub(super) async fn read_message<T: DeserializeOwned>(recv: &mut RecvStream) -> Result<T, NetError> {
    parse_message(&read_frame(recv, TUNNEL_FRAME_BYTES_MAX).await?)
}

pub(super) fn parse_message<T: DeserializeOwned>(payload: &[u8]) -> Result<T, NetError> {
    serde_json::from_slice(payload).map_err(|error| NetError::BadMessage(error.to_string()))
}

pub(super) async fn write_message<T: Serialize>(send: &mut SendStream, message: &T) -> Result<(), NetError> {
    let wire = frame::encode_json(message, TUNNEL_FRAME_BYTES_MAX)?;
    Ok(send.write_all(&wire).await?)
}

/// The messages that a peer sends one after another on the tunnel's own stream.
#[derive(Debug)]
pub(super) struct Messages {
    recv: RecvStream,
    decoder: FrameDecoder,
}

impl Messages {
    pub(super) fn new(recv: RecvStream) -> Self {
        Self { recv, decoder: FrameDecoder::default() }
    }

    /// The next one. Cancel safe: what has come of it is kept.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<T, NetError> {
        loop {
            if let Some(payload) = self.decoder.next_frame(TUNNEL_FRAME_BYTES_MAX)? {
                return parse_message(&payload);
            }
            let Some(chunk) = self.recv.read_chunk(TUNNEL_FRAME_BYTES_MAX, true).await? else {
                return Err(Closed::lost("the other side ended the tunnel's own stream").into());
            };
            self.decoder.push(&chunk.bytes);
        }
    }
}

/// A sending half that is finished on purpose or else reset: quinn finishes a dropped stream, which would pass half a
/// message off as a whole one.
#[derive(Debug)]
pub(super) struct WholeOrReset {
    send: SendStream,
    finished: bool,
}

impl WholeOrReset {
    pub(super) fn new(send: SendStream) -> Self {
        Self { send, finished: false }
    }

    pub(super) fn finish(&mut self) {
        self.finished = true;
        // Fails only when the peer already stopped the stream: then nobody waits for the end.
        let _ = self.send.finish();
    }
}

impl std::ops::Deref for WholeOrReset {
    type Target = SendStream;
    fn deref(&self) -> &SendStream {
        &self.send
    }
}

impl std::ops::DerefMut for WholeOrReset {
    fn deref_mut(&mut self) -> &mut SendStream {
        &mut self.send
    }
}

impl Drop for WholeOrReset {
    fn drop(&mut self) {
        if !self.finished {
            let _ = self.send.reset(VarInt::from_u32(0));
        }
    }
}
