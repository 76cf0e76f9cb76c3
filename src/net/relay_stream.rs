//! One relayed request as the host sees it.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use quinn::{RecvStream, SendStream};
use tokio::time::{Instant, timeout, timeout_at};

use super::NetError;
use super::stream::{WholeOrReset, read_message, read_to_end};
use crate::protocol::limits::{REPLY_IDLE_TIMEOUT, REQUEST_TIMEOUT};
use crate::protocol::tunnel::Open;

/// What a peer that takes no more of its reply did not finish.
const TAKING: &str = "taking its reply";

/// A stream that serve opened; what for is not read yet.
#[derive(Debug)]
pub struct OpeningStream {
    send: SendStream,
    recv: RecvStream,
    deadline: Instant,
}

/// A stream that carries one request and its reply. Dropped unfinished it is reset, so that half a reply is never taken for a whole.
#[derive(Debug)]
pub struct RelayStream {
    send: WholeOrReset,
    recv: RecvStream,
    deadline: Instant,
    pub(super) patience: Duration,
}

impl OpeningStream {
    pub(super) fn new(send: SendStream, recv: RecvStream) -> Self {
        Self { send, recv, deadline: Instant::now() + REQUEST_TIMEOUT }
    }

    /// Reads what the stream is for. The whole request must be there [`REQUEST_TIMEOUT`] after the stream was opened.
    pub async fn open(self) -> Result<RelayStream, NetError> {
        let Self { send, mut recv, deadline } = self;
        let send = WholeOrReset::new(send);
        let Open::Relay {} = by(deadline, read_message(&mut recv)).await?;
        Ok(RelayStream { send, recv, deadline, patience: REPLY_IDLE_TIMEOUT })
    }
}

impl RelayStream {
    /// The whole request, at most `limit` bytes.
    pub async fn read_request(&mut self, limit: usize) -> Result<Vec<u8>, NetError> {
        by(self.deadline, read_to_end(&mut self.recv, limit)).await
    }

    /// Of the streams that wait to be sent those of higher priority go first; 0 at the beginning.
    pub fn set_priority(&self, priority: i32) {
        // Fails only for a stream that the peer has stopped.
        let _ = self.send.set_priority(priority);
    }

    /// Writes all of `bytes`, however slowly they are taken, unless nothing is taken for [`REPLY_IDLE_TIMEOUT`].
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), NetError> {
        let mut rest = [bytes];
        while !rest[0].is_empty() {
            match timeout(self.patience, self.send.write_chunks(&mut rest)).await {
                Ok(taken) => taken?,
                Err(_) => return Err(NetError::TimedOut(TAKING)),
            };
        }
        Ok(())
    }

    /// The reply is whole.
    pub fn finish(&mut self) {
        self.send.finish();
    }

    /// Resolves when the peer no longer wants the reply, has all of it, or is gone.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let stopped = self.send.stopped();
        async move {
            let _ = stopped.await;
        }
    }
}

async fn by<T>(deadline: Instant, work: impl Future<Output = Result<T, NetError>>) -> Result<T, NetError> {
    timeout_at(deadline, work).await.unwrap_or(Err(NetError::TimedOut("its request")))
}
