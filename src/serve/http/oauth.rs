//! The device authorization grant (RFC 8628): how a host asks to be paired. No cookies here.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::{ApiError, ErrorEnvelope, whole_seconds};
use super::host_tunnel::TunnelView;
use crate::auth::device_key::pairing_message;
use crate::auth::token::{self, TokenKind};
use crate::auth::{DevicePublicKey, b64, device_grant};
use crate::serve::remote;
use crate::serve::state::State;
use crate::store::{GrantPoll, NewGrant, Redeem, StoreError};
use crate::types::random;

const CLIENT_ID: &str = "iroam-host";
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Grants kept at once, waiting or lately decided.
const GRANTS_MAX: u32 = 1000;
/// A user code may be in use already: so many others are tried.
const CODE_TRIES: usize = 3;
/// Longest name of a host, characters.
const NAME_LENGTH_MAX: usize = 64;

#[derive(Deserialize, ToSchema)]
pub struct AuthorizationRequest {
    /// `iroam-host`
    client_id: String,
    /// The host's Ed25519 public key, base64url without padding.
    host_key: String,
    host_name: String,
    /// By `host_key` over `"iroam pair v1\n" || this server's public URL`, base64url without padding.
    signature: String,
}

#[derive(Serialize, ToSchema)]
pub struct AuthorizationReply {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    /// Seconds.
    expires_in: u64,
    /// Seconds between polls.
    interval: u64,
}

#[derive(Deserialize, ToSchema)]
pub struct TokenRequest {
    /// `urn:ietf:params:oauth:grant-type:device_code`
    grant_type: String,
    device_code: String,
    /// `iroam-host`
    client_id: String,
}

#[derive(Serialize, ToSchema)]
pub struct TokenReply {
    access_token: String,
    token_type: &'static str,
    host_id: Uuid,
    tunnel: TunnelView,
}

/// RFC 6749, section 5.2.
#[derive(Serialize, ToSchema)]
pub struct OauthError {
    error: &'static str,
    error_description: String,
}

/// A refusal in OAuth's words.
pub fn refusal(error: &'static str, description: &str) -> HttpResponse {
    refusal_with(StatusCode::BAD_REQUEST, error, description)
}

fn refusal_with(status: StatusCode, error: &'static str, description: &str) -> HttpResponse {
    let body = OauthError { error, error_description: description.to_owned() };
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(body)
}

fn failure(error: StoreError) -> HttpResponse {
    let wait = ApiError::from(error).retry_after();
    let mut failed =
        refusal_with(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "the server cannot do this now: try again shortly");
    if let Some(wait) = wait {
        failed.headers_mut().insert(RETRY_AFTER, whole_seconds(wait).into());
    }
    failed
}

/// Ask to be paired: a host gets a code for its owner and one for itself
#[utoipa::path(post, path = "/oauth/device_authorization",
    request_body(content = AuthorizationRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = AuthorizationReply), (status = 400, body = OauthError), (status = 429, body = OauthError),
        (status = 503, body = OauthError)))]
pub async fn device_authorization(state: web::Data<State>, request: HttpRequest, form: web::Form<AuthorizationRequest>) -> HttpResponse {
    if let Err(wait) = state.throttles.grants.take(remote::subscriber(&request), state.now()) {
        let mut refused = refusal_with(StatusCode::TOO_MANY_REQUESTS, "slow_down", "too many pairings were asked for from this address");
        refused.headers_mut().insert(RETRY_AFTER, whole_seconds(wait).into());
        return refused;
    }
    if form.client_id != CLIENT_ID {
        return refusal("invalid_client", "client_id must be iroam-host");
    }
    let (key, name) = match check(&state, &form) {
        Ok(checked) => checked,
        Err(why) => return refusal("invalid_request", &why),
    };
    match grant(&state, key, name, remote::address(&request).to_string()).await {
        Ok(Some(reply)) => HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(reply),
        Ok(None) => {
            refusal_with(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "too many hosts wait to be paired: try again later")
        }
        Err(error) => failure(error),
    }
}

/// Shows that the host holds its key, and that it means this server.
fn check(state: &State, form: &AuthorizationRequest) -> Result<(DevicePublicKey, String), String> {
    let key = DevicePublicKey::parse(&form.host_key).map_err(|_| "host_key must be an Ed25519 public key in base64url".to_owned())?;
    let signature = b64::decode::<64>(&form.signature).ok_or("signature must be 64 bytes in base64url")?;
    let url = state.public_url.to_string();
    if !key.verify(&pairing_message(&url), &signature) {
        return Err(format!("the signature is not for this server: start the host with --server {url}"));
    }
    let name = display_name(&form.host_name).ok_or_else(|| format!("host_name must have 1 to {NAME_LENGTH_MAX} characters"))?;
    Ok((key, name))
}

/// The name as people will see it: nothing in it may hide or turn around what stands beside it.
fn display_name(given: &str) -> Option<String> {
    let is_trick =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let shown: String = given.chars().filter(|c| !is_trick(*c)).collect::<String>().trim().to_owned();
    (1..=NAME_LENGTH_MAX).contains(&shown.chars().count()).then_some(shown)
}

async fn grant(
    state: &State,
    host_key: DevicePublicKey,
    host_name: String,
    address: String,
) -> Result<Option<AuthorizationReply>, StoreError> {
    let now = state.now();
    let device_code = token::make(TokenKind::DeviceCode, random::bytes());
    let hash = token::hash(TokenKind::DeviceCode, device_code.expose()).expect("a token just made has its hash");
    for _ in 0..CODE_TRIES {
        let user_code = device_grant::user_code(random::bytes());
        let new = NewGrant {
            device_code: hash,
            user_code: user_code.clone(),
            host_key,
            host_name: host_name.clone(),
            address: address.clone(),
            created_at: now,
            expires_at: now.plus(device_grant::LIFETIME),
        };
        if state.store.add_grant(new, GRANTS_MAX).await? {
            let verification_uri = format!("{}/activate", state.public_url);
            return Ok(Some(AuthorizationReply {
                device_code: device_code.expose().clone(),
                verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
                verification_uri,
                user_code,
                expires_in: device_grant::LIFETIME.as_secs(),
                interval: device_grant::INTERVAL.as_secs(),
            }));
        }
    }
    Ok(None)
}

/// Poll for the owner's decision: an approved host gets its id, its access token and the tunnel's address
#[utoipa::path(post, path = "/oauth/token",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = TokenReply), (status = 400, body = OauthError), (status = 403, body = ErrorEnvelope),
        (status = 503, body = OauthError)))]
pub async fn token(state: web::Data<State>, form: web::Form<TokenRequest>) -> HttpResponse {
    if form.grant_type != GRANT_TYPE {
        return refusal("unsupported_grant_type", "grant_type must be the device code's (RFC 8628)");
    }
    if form.client_id != CLIENT_ID {
        return refusal("invalid_client", "client_id must be iroam-host");
    }
    let unknown = || refusal("invalid_grant", "this device code is unknown or was used: ask to be paired again");
    let Some(device_code) = token::hash(TokenKind::DeviceCode, &form.device_code) else { return unknown() };
    let access_token = token::make(TokenKind::HostAccess, random::bytes());
    let hash = token::hash(TokenKind::HostAccess, access_token.expose()).expect("a token just made has its hash");
    match state.store.poll_grant(Redeem { device_code, access_token: hash }, state.now()).await {
        Ok(GrantPoll::Paired(host)) => HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(TokenReply {
            access_token: access_token.expose().clone(),
            token_type: "Bearer",
            host_id: host.0,
            tunnel: TunnelView::new(&state),
        }),
        Ok(GrantPoll::Waiting(poll)) => match poll.error_code() {
            Some(code) => refusal(code, describe(code)),
            None => unknown(),
        },
        Ok(GrantPoll::Unknown) => unknown(),
        Err(error) => failure(error),
    }
}

fn describe(code: &str) -> &'static str {
    match code {
        "authorization_pending" => "the owner has not decided yet",
        "slow_down" => "the device polls too often",
        "access_denied" => "the owner declined",
        _ => "the code has expired: ask to be paired again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_hide_what_stands_beside_them() {
        assert_eq!(display_name("  Attic \u{202e}PC\n").as_deref(), Some("Attic PC"));
        assert_eq!(display_name("\u{200b} \u{7}"), None);
        assert_eq!(display_name(&"x".repeat(65)), None);
        assert_eq!(display_name("Großmutters Rechner").as_deref(), Some("Großmutters Rechner"));
    }
}
