//! Which host asks: its access token.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use super::error::ApiError;
use crate::auth::token::{self, TokenKind};
use crate::serve::state::State;
use crate::store::Host;

/// A paired host that has shown its access token.
#[derive(Clone)]
pub struct PairedHost(pub Host);

/// The token of `Authorization: Bearer` (RFC 6750, section 2.1).
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The host whose token the request carries.
pub async fn current(request: &HttpRequest, state: &State) -> Result<PairedHost, ApiError> {
    let hash = bearer(request).and_then(|token| token::hash(TokenKind::HostAccess, token)).ok_or(ApiError::SignedOut)?;
    Ok(PairedHost(state.store.host_by_access_token(hash).await?.ok_or(ApiError::SignedOut)?))
}

/// Put there by [`super::admission`]; a route without admission is closed to everybody.
impl FromRequest for PairedHost {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(ApiError::SignedOut))
    }
}
