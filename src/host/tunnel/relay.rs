//! The relay driver: a sealed request that came over the tunnel.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;

use crate::host::prekeys::{Moment, Prekeys};
use crate::host::session::{RequestStream, StreamError};
use crate::net::{NetError, RelayStream};
use crate::protocol::limits::RELAY_REQUEST_BYTES_MAX;
use crate::protocol::seal::{CHUNK_BYTES, REPLY_OPEN, ReplySealer, SealError, SealedRequest};
use crate::protocol::{ErrorBody, ErrorCode};
use crate::types::random;

/// What is sealed before it is written: enough for the network, little enough that a reader who stops is not sealed for in vain.
const SEALED_AT_ONCE: usize = 4 * CHUNK_BYTES;

impl From<NetError> for StreamError {
    fn from(error: NetError) -> Self {
        match error {
            NetError::Closed(_) | NetError::StreamReset => Self::Gone,
            NetError::TimedOut(_) => Self::Broken("The request was not finished in time.".to_owned()),
            other => Self::Broken(format!("The request is broken: {other}.")),
        }
    }
}

/// One request of a player's, and its reply, of which the server in the middle reads nothing.
pub(super) struct SealedStream {
    stream: RelayStream,
    prekeys: Arc<Prekeys>,
    opened_at: Moment,
    /// `None` until the request was opened: before that nothing can be sealed for whoever sent it.
    sealer: Option<ReplySealer>,
    is_begun: bool,
}

impl SealedStream {
    pub(super) fn new(stream: RelayStream, prekeys: Arc<Prekeys>, opened_at: Moment) -> Self {
        Self { stream, prekeys, opened_at, sealer: None, is_begun: false }
    }

    fn open(&mut self, wire: &[u8]) -> Result<Vec<u8>, SealError> {
        let sealed = SealedRequest::parse(wire)?;
        let opened = self.prekeys.with(sealed.prekey, self.opened_at, |key, host| sealed.open(key, host, random::bytes()));
        let opened = opened.ok_or(SealError::UnknownPrekey)??;
        self.stream.set_priority(-i32::from(sealed.urgency));
        self.sealer = Some(opened.reply);
        Ok(opened.request)
    }
}

/// What a reply begins with; nothing once it was begun.
fn head(is_begun: &mut bool, sealer: Option<&ReplySealer>) -> Vec<u8> {
    match (std::mem::replace(is_begun, true), sealer) {
        (true, _) => Vec::new(),
        (false, Some(sealer)) => sealer.head(),
        (false, None) => vec![REPLY_OPEN],
    }
}

impl RequestStream for SealedStream {
    async fn read_request(&mut self) -> Result<Vec<u8>, StreamError> {
        let wire = self.stream.read_request(RELAY_REQUEST_BYTES_MAX).await?;
        self.open(&wire).map_err(refusal)
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), StreamError> {
        let Self { stream, sealer, is_begun, .. } = self;
        let Some(sealer) = sealer else {
            let mut out = head(is_begun, None);
            out.extend_from_slice(&bytes);
            return Ok(stream.write(Bytes::from(out)).await?);
        };
        for piece in bytes.chunks(SEALED_AT_ONCE) {
            let mut out = head(is_begun, Some(sealer));
            sealer.push(piece, &mut out);
            stream.write(Bytes::from(out)).await?;
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), StreamError> {
        if let Some(sealer) = self.sealer.take() {
            let mut out = head(&mut self.is_begun, Some(&sealer));
            sealer.last(&mut out);
            self.stream.write(Bytes::from(out)).await?;
        }
        self.stream.finish();
        Ok(())
    }

    fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        self.stream.stopped()
    }
}

/// What a player is told of a request that cannot be opened: in the open, and nothing that would help who made it wrong.
fn refusal(error: SealError) -> StreamError {
    let (code, detail) = match error {
        SealError::UnknownPrekey => (ErrorCode::PrekeyUnknown, "The host has a new key. Ask the server for it."),
        SealError::Version => (ErrorCode::UnsupportedVersion, "This host speaks another version of the sealing. Update it or the player."),
        _ => (ErrorCode::BadRequest, "The request cannot be opened: it was changed on the way, or not made for this host."),
    };
    StreamError::Refused(ErrorBody::new(code, detail))
}
