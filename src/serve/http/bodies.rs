//! Request bodies: short, whole, and in time. Nobody need sign in to send one.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap};
use actix_web::web::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use tokio::time::timeout;

use super::error::ApiError;

/// A request's payload, kept alive beside whoever reads it: a dropped one with bytes outstanding makes actix wait for the rest
/// without a time limit, a living one makes it hang up after the answer.
pub struct Kept {
    _payload: Rc<RefCell<Payload>>,
}

/// Keeps the payload of a request that has one.
pub fn keep(request: &mut ServiceRequest) -> Option<Kept> {
    let payload = request.take_payload();
    if matches!(payload, Payload::None) {
        return None;
    }
    let shared = Rc::new(RefCell::new(payload));
    request.set_payload(Payload::Stream { payload: Box::pin(Lent(Rc::clone(&shared))) });
    Some(Kept { _payload: shared })
}

struct Lent(Rc<RefCell<Payload>>);

impl Stream for Lent {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(context)
    }
}

/// Reads `payload` to its end: at most `bytes_max` bytes within `deadline`.
pub async fn read(headers: &HeaderMap, payload: Payload, bytes_max: usize, deadline: Duration) -> Result<Bytes, ApiError> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(ApiError::TooLarge);
    }
    timeout(deadline, collect(payload, bytes_max)).await.unwrap_or(Err(ApiError::TimedOut))
}

async fn collect(mut payload: Payload, bytes_max: usize) -> Result<Bytes, ApiError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| ApiError::BadRequest("the body was cut off".to_owned()))?;
        if body.len() + chunk.len() > bytes_max {
            return Err(ApiError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
