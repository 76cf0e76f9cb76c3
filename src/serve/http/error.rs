//! The one error envelope of the API: `{"errors":[{"code","detail"}]}`.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::serve::access::Refusal;
use crate::serve::database;
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
    Conflict(&'static str),
    #[error("{0}")]
    LimitReached(&'static str),
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
    #[error("the server cannot reach its database: try again shortly")]
    Unavailable,
    #[error("the server has no room to save anything: tell its owner, and try again later")]
    StorageFull,
    #[error("the server lost its database while it saved this, which may be done or not: look before you repeat it")]
    OutcomeUnknown,
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
            Self::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            Self::LimitReached(_) => (StatusCode::CONFLICT, "limit_reached"),
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
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::StorageFull => (StatusCode::SERVICE_UNAVAILABLE, "storage_full"),
            Self::OutcomeUnknown => (StatusCode::INTERNAL_SERVER_ERROR, "outcome_unknown"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited(wait) => Some(*wait),
            Self::Busy => Some(Duration::from_secs(2)),
            Self::Unavailable => Some(Duration::from_secs(5)),
            Self::StorageFull => Some(Duration::from_secs(60)),
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
        database::report(&error);
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::Full => Self::StorageFull,
            StoreError::OutcomeUnknown => Self::OutcomeUnknown,
            error if error.is_temporary() => Self::Unavailable,
            _ => Self::Internal,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What an error of the database looks like from outside.
    fn shown(error: StoreError) -> (u16, &'static str, Option<u64>, String) {
        let error = ApiError::from(error);
        (error.status_code().as_u16(), error.code(), error.retry_after().map(whole_seconds), error.to_string())
    }

    #[test]
    fn a_database_that_is_away_is_a_matter_of_time() {
        for (error, code, wait) in [
            (StoreError::Busy, "busy", 2),
            (StoreError::Unavailable(String::new()), "unavailable", 5),
            (StoreError::Locked { database: String::new() }, "unavailable", 5),
            (StoreError::Full, "storage_full", 60),
        ] {
            let (status, told, retry_after, _) = shown(error);
            assert_eq!((status, told, retry_after), (503, code, Some(wait)));
        }
    }

    #[test]
    fn what_may_have_been_saved_is_not_to_be_repeated_blindly() {
        let (status, code, retry_after, words) = shown(StoreError::OutcomeUnknown);
        assert_eq!((status, code, retry_after), (500, "outcome_unknown", None));
        assert!(words.contains("look before"));
    }

    #[test]
    fn a_browser_hears_nothing_of_the_databases_own_words() {
        let inner = "relation users at 192.0.2.1:5432";
        for error in [
            StoreError::Unavailable(inner.to_owned()),
            StoreError::Corrupt(inner.to_owned()),
            StoreError::Constraint(inner.to_owned()),
            StoreError::Locked { database: inner.to_owned() },
            StoreError::Open { database: inner.to_owned(), source: inner.into() },
        ] {
            let (_, code, _, words) = shown(error);
            assert!(!words.contains("192.0.2.1") && !code.contains("192.0.2.1"), "{words}");
        }
    }
}
