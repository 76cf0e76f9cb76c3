//! The request to be relayed: short, whole, and in time.

use actix_web::http::header::CONTENT_LENGTH;
use actix_web::{HttpRequest, web};
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::protocol::limits::{RELAY_REQUEST_BYTES_MAX, REQUEST_TIMEOUT};
use crate::serve::http::error::ApiError;

pub async fn read(request: &HttpRequest, payload: web::Payload) -> Result<web::Bytes, ApiError> {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > RELAY_REQUEST_BYTES_MAX) {
        return Err(ApiError::TooLarge);
    }
    match timeout(REQUEST_TIMEOUT, collect(payload)).await {
        Ok(Ok(body)) if body.is_empty() => Err(ApiError::BadRequest("the body must be a request to the host".to_owned())),
        Ok(body) => body,
        Err(_) => Err(ApiError::TimedOut),
    }
}

async fn collect(mut payload: web::Payload) -> Result<web::Bytes, ApiError> {
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| ApiError::BadRequest("the body was cut off".to_owned()))?;
        if body.len() + chunk.len() > RELAY_REQUEST_BYTES_MAX {
            return Err(ApiError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
