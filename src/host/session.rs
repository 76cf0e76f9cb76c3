//! One stream, one request: read, checked, answered. Which driver carries the stream is no matter here.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;

use super::gate::Gate;
use super::media::Chunks;
use super::packing;
use super::requests::{Answer, Body, Handler};
use crate::protocol::frame::encode_json;
use crate::protocol::limits::REPLY_HEADER_BYTES_MAX;
use crate::protocol::{AuthHeader, ErrorBody, ErrorCode, ReplyHeader, Request, request};

/// A shorter reply is sent in one piece, bytes.
const JOINED_BYTES_MAX: usize = 16 * 1024;

/// Why a stream gave no more.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The peer sent what it must not, or too slowly; it still hears an answer.
    #[error("{0}")]
    Broken(String),
    /// The request could not even be opened.
    #[error(transparent)]
    Refused(ErrorBody),
    /// Nobody listens any more.
    #[error("the peer is gone")]
    Gone,
}

/// What carries one request and its reply. Time limits on the request are the stream's to keep.
pub trait RequestStream: Send {
    /// The whole request, once.
    fn read_request(&mut self) -> impl Future<Output = Result<Vec<u8>, StreamError>> + Send;
    fn write(&mut self, bytes: Bytes) -> impl Future<Output = Result<(), StreamError>> + Send;
    /// The reply is whole. Dropped without it, it is a cut one to whoever reads it.
    fn finish(&mut self) -> impl Future<Output = Result<(), StreamError>> + Send;
    /// Resolves when nobody wants the reply any more.
    fn stopped(&self) -> impl Future<Output = ()> + Send + 'static;
}

/// What every stream of a host needs.
#[derive(Clone)]
pub struct Session {
    pub gate: Arc<Gate>,
    pub handler: Handler,
}

impl Session {
    /// Answers the request on `stream`; gives up as soon as the peer does. `place` is what the request takes from others who want something
    /// done; one that only waits gives it back.
    pub async fn answer<S: RequestStream>(&self, mut stream: S, place: impl Send) {
        let stopped = stream.stopped();
        let work = async {
            let mut place = Some(place);
            let answer = match self.work(&mut stream, &mut place).await {
                Ok(answer) => answer,
                Err(Refusal::Gone) => return,
                Err(Refusal::Error(error)) => Answer::error(error),
            };
            // A peer that leaves while it is written to needs no more.
            let _ = send(&mut stream, answer).await;
            drop(place);
        };
        tokio::select! {
            () = work => {}
            () = stopped => {}
        }
    }

    async fn work<S: RequestStream>(&self, stream: &mut S, place: &mut Option<impl Send>) -> Result<Answer, Refusal> {
        let wire = stream.read_request().await?;
        let (auth, payload) = request::split(&wire).map_err(|error| StreamError::Broken(format!("The request is broken: {error}.")))?;
        let auth = AuthHeader::parse(auth)?;
        let claims = self.gate.check(&auth, payload)?;
        let request = Request::parse(payload)?;
        if request.only_waits() {
            *place = None;
        }
        Ok(packing::pack(self.handler.handle(&claims, request).await?, &auth.accept))
    }
}

/// Tells the peer why nothing is done for it, without having read its request.
pub async fn refuse<S: RequestStream>(mut stream: S, error: ErrorBody) {
    let _ = send(&mut stream, Answer::error(error)).await;
}

enum Refusal {
    Gone,
    Error(ErrorBody),
}

impl From<StreamError> for Refusal {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Gone => Self::Gone,
            StreamError::Broken(detail) => Self::Error(ErrorBody::new(ErrorCode::BadRequest, detail)),
            StreamError::Refused(error) => Self::Error(error),
        }
    }
}

impl From<ErrorBody> for Refusal {
    fn from(error: ErrorBody) -> Self {
        Self::Error(error)
    }
}

async fn send<S: RequestStream>(stream: &mut S, answer: Answer) -> Result<(), StreamError> {
    let Answer { header, body, .. } = answer;
    let head = encode_json(&header, REPLY_HEADER_BYTES_MAX).unwrap_or_else(|_| header_too_long());
    match body {
        Body::Whole(body) => send_whole(stream, head, body).await?,
        Body::Chunks(chunks) => send_chunks(stream, head, chunks).await?,
    }
    stream.finish().await
}

async fn send_whole<S: RequestStream>(stream: &mut S, head: Vec<u8>, body: Bytes) -> Result<(), StreamError> {
    // Most are short: one piece costs each hop less than two.
    if head.len() + body.len() <= JOINED_BYTES_MAX {
        return stream.write(Bytes::from([head.as_slice(), &body].concat())).await;
    }
    stream.write(Bytes::from(head)).await?;
    stream.write(body).await
}

/// Sends each chunk on when it is there. A making that fails on the way leaves the stream unfinished, which resets it: the peer sees a cut
/// and not an end.
async fn send_chunks<S: RequestStream>(stream: &mut S, head: Vec<u8>, mut chunks: Chunks) -> Result<(), StreamError> {
    stream.write(Bytes::from(head)).await?;
    while let Some(chunk) = chunks.recv().await {
        match chunk {
            Ok(chunk) => stream.write(chunk).await?,
            Err(error) => {
                tracing::warn!(%error, "a segment was cut");
                return Err(StreamError::Broken("the reply was cut".to_owned()));
            }
        }
    }
    Ok(())
}

/// A timeline may be of any length, a header may not.
fn header_too_long() -> Vec<u8> {
    let error = ErrorBody::new(ErrorCode::Unplayable, "The track is too long to be played.");
    encode_json(&ReplyHeader::Error { error }, REPLY_HEADER_BYTES_MAX).expect("a short header fits")
}
