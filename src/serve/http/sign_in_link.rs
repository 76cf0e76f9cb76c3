//! Signing in by a link that works once. Its token arrives in a body: it was in the link's fragment, which browsers do not send.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::error::{ApiError, ErrorEnvelope};
use super::session;
use crate::auth::token::{self, TokenHash, TokenKind};
use crate::serve::remote;
use crate::serve::state::State;
use crate::types::UserId;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInLink {
    /// `irl_…`
    token: String,
    /// Whether to do so though the browser is signed in as somebody else: a person must have said so.
    #[serde(default)]
    switch: bool,
}

/// Sign in by a one-time link
#[utoipa::path(post, path = "/api/v1/sign-in-link", request_body = SignInLink, responses(
    (status = 204, description = "Signed in; the session is in a cookie"),
    (status = 401, body = ErrorEnvelope),
    (status = 409, body = ErrorEnvelope, description = "Signed in as somebody else, and not told to switch; the link is not used up"),
    (status = 429, body = ErrorEnvelope),
    (status = 503, body = ErrorEnvelope),
))]
pub async fn post(state: web::Data<State>, request: HttpRequest, body: web::Json<SignInLink>) -> Result<HttpResponse, ApiError> {
    let address = remote::subscriber(&request);
    state.throttles.sign_in_address.take(address, state.now()).map_err(ApiError::RateLimited)?;
    let user = take(&state, &request, &body).await;
    if !matches!(user, Err(ApiError::LinkInvalid | ApiError::SignedInAsAnother { .. })) {
        // Neither a good link nor a failure of ours is a guess.
        state.throttles.sign_in_address.give_back(&address);
    }
    let user = user?;
    metrics::counter!("iroam_sign_ins_total", "outcome" => "link").increment(1);
    let cookie = session::begin(&request, &state, user).await?;
    Ok(HttpResponse::NoContent().cookie(cookie).finish())
}

/// Uses the link up: whom it signs in.
async fn take(state: &State, request: &HttpRequest, link: &SignInLink) -> Result<UserId, ApiError> {
    let hash = token::hash(TokenKind::SignInLink, &link.token).ok_or(ApiError::LinkInvalid)?;
    if !link.switch {
        refuse_to_switch(state, request, hash).await?;
    }
    state.store.take_sign_in_link(hash, state.now()).await?.ok_or(ApiError::LinkInvalid)
}

/// A link that somebody sent must not make a browser another's without a word (login CSRF).
async fn refuse_to_switch(state: &State, request: &HttpRequest, link: TokenHash) -> Result<(), ApiError> {
    let Some(present) = session::current(request, state).await? else { return Ok(()) };
    match state.store.sign_in_link_user(link, state.now()).await? {
        Some(other) if other.id != present.user.id => Err(ApiError::SignedInAsAnother { present: present.user.name, other: other.name }),
        _ => Ok(()),
    }
}
