//! The request to be relayed.

use std::time::Duration;

use actix_web::{HttpRequest, web};

use crate::protocol::limits::RELAY_REQUEST_BYTES_MAX;
use crate::serve::http::bodies;
use crate::serve::http::error::ApiError;

pub async fn read(request: &HttpRequest, payload: web::Payload, deadline: Duration) -> Result<web::Bytes, ApiError> {
    let body = bodies::read(request.headers(), payload.into_inner(), RELAY_REQUEST_BYTES_MAX, deadline).await?;
    if body.is_empty() { Err(ApiError::BadRequest("the body must be a request to the host".to_owned())) } else { Ok(body) }
}
