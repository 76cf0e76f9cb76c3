//! The one error envelope of the API: `{"errors":[{"code","detail"}]}`.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::serve::access::Refusal;
use crate::store::StoreError;

#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorEnvelope {
    pub errors: Vec<ErrorItem>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorItem {
    /// For programs.
    pub code: &'static str,
    /// For people: what happened and what to do.
    pub detail: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("sign in first")]
    SignedOut,
    #[error("this sign-in link has been used or has expired: ask for a new one")]
    LinkInvalid,
    #[error("you are signed in as {present}; this link signs you in as {other}")]
    SignedInAsAnother { present: String, other: String },
    #[error("{0}")]
    Forbidden(String),
    #[error("there is no such thing here")]
    NotFound,
    #[error("this address does not take such a request")]
    MethodNotAllowed,
    #[error("{0}")]
    BadRequest(String),
    #[error("the request did not arrive in time")]
    TimedOut,
    #[error("the request is too long")]
    TooLarge,
    #[error("too many requests: wait {} s and try again", whole_seconds(*.0))]
    RateLimited(Duration),
    #[error("the host is not connected: is the home PC on and online?")]
    HostOffline,
    #[error("the host did not answer: {0}")]
    HostFailed(String),
    #[error("the server has too much to do: try again shortly")]
    Busy,
    #[error("the server made a mistake: try again, and tell its owner if it stays")]
    Internal,
}

/// Rounded up, so that waiting as told is enough.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}

impl ApiError {
    pub fn code(&self) -> &'static str {
        self.parts().1
    }

    fn parts(&self) -> (StatusCode, &'static str) {
        match self {
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed_out"),
            Self::LinkInvalid => (StatusCode::UNAUTHORIZED, "link_invalid"),
            Self::SignedInAsAnother { .. } => (StatusCode::CONFLICT, "signed_in_as_another"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::BadRequest(_) => (StatusCode::BAD_REQUEST, "bad_request"),
            Self::TimedOut => (StatusCode::REQUEST_TIMEOUT, "timed_out"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::RateLimited(_) => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            Self::HostOffline => (StatusCode::SERVICE_UNAVAILABLE, "host_offline"),
            Self::HostFailed(_) => (StatusCode::BAD_GATEWAY, "host_failed"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited(wait) => Some(*wait),
            Self::Busy => Some(Duration::from_secs(2)),
            _ => None,
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.parts().0
    }

    fn error_response(&self) -> HttpResponse {
        let item = ErrorItem { code: self.code(), detail: self.to_string() };
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(wait) = self.retry_after() {
            response.insert_header((RETRY_AFTER, whole_seconds(wait)));
        }
        response.json(ErrorEnvelope { errors: vec![item] })
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Busy) {
            return Self::Busy;
        }
        tracing::error!("{error}");
        Self::Internal
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unknown => Self::NotFound,
            Refusal::Forbidden(why) => Self::Forbidden(why),
        }
    }
}
