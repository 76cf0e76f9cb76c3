//! Signing in by a link that works once. Its token arrives in a body: it was in the link's fragment, which browsers do not send.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::error::{ApiError, ErrorEnvelope};
use super::session;
use crate::auth::token::{self, TokenKind};
use crate::serve::remote;
use crate::serve::state::State;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInLink {
    /// `irl_…`
    token: String,
}

/// Sign in by a one-time link
#[utoipa::path(post, path = "/api/v1/sign-in-link", request_body = SignInLink, responses(
    (status = 204, description = "Signed in; the session is in a cookie"),
    (status = 401, body = ErrorEnvelope),
    (status = 429, body = ErrorEnvelope),
))]
pub async fn post(state: web::Data<State>, request: HttpRequest, body: web::Json<SignInLink>) -> Result<HttpResponse, ApiError> {
    let address = remote::subscriber(&request);
    state.throttles.sign_in_address.take(address, state.now()).map_err(ApiError::RateLimited)?;
    let hash = token::hash(TokenKind::SignInLink, &body.token).ok_or(ApiError::LinkInvalid)?;
    let taken = state.store.take_sign_in_link(hash, state.now()).await?;
    let user = taken.ok_or(ApiError::LinkInvalid)?;
    state.throttles.sign_in_address.give_back(&address);
    metrics::counter!("iroam_sign_ins_total", "outcome" => "link").increment(1);
    let cookie = session::begin(&request, &state, user).await?;
    Ok(HttpResponse::NoContent().cookie(cookie).finish())
}
