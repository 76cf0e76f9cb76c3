//! Play sessions: a player, a host, and the tickets that let the one ask the other.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::{ApiError, ErrorEnvelope};
use super::hosts;
use super::me::HostView;
use super::session::SignedIn;
use crate::auth::ticket::{Scope, Standing};
use crate::auth::{Claims, DevicePublicKey, proof};
use crate::ledger::Tariff;
use crate::ledger::tariff::minute_index;
use crate::protocol::limits::TICKET_LIFETIME;
use crate::protocol::seal::PublicPrekey;
use crate::serve::jobs::before;
use crate::serve::state::State;
use crate::store::{Host, PlaySession};
use crate::types::{HostId, SessionId, UnixMs, random};

/// A session that is not renewed for so long has ended.
pub const PLAY_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenSession {
    host_id: Uuid,
    /// The player's Ed25519 public key, base64url without padding.
    player_key: String,
}

#[derive(Serialize, ToSchema)]
pub struct SessionView {
    session_id: Uuid,
    host: HostView,
    keys: KeysView,
    /// PASETO v4.public.
    ticket: String,
    ticket_expires_at: String,
    server_time: String,
    drivers: Vec<DriverView>,
    price: PriceView,
}

/// What a player knows the host by, and seals its requests to. Binary fields are base64url without padding.
#[derive(Serialize, ToSchema)]
pub struct KeysView {
    /// The host's Ed25519 identity, 32 bytes.
    key: String,
    /// Null while the host is off line.
    prekey: Option<PrekeyView>,
}

#[derive(Serialize, ToSchema)]
pub struct PrekeyView {
    /// X25519, 32 bytes.
    key: String,
    not_after_ms: i64,
    /// Ed25519 by the host's identity, 64 bytes.
    signature: String,
}

/// A way from the player to the host.
#[derive(Serialize, ToSchema)]
pub struct DriverView {
    name: &'static str,
    url: String,
}

#[derive(Serialize, ToSchema)]
pub struct PriceView {
    tariff_version: u32,
    per_minute: AmountView,
    free: bool,
}

/// Millionths of a currency's main unit (ISO 4217).
#[derive(Serialize, ToSchema)]
pub struct AmountView {
    micros: i64,
    currency: String,
}

/// Open a play session with a host
#[utoipa::path(post, path = "/api/v1/sessions", request_body = OpenSession, responses(
    (status = 201, body = SessionView), (status = 400, body = ErrorEnvelope), (status = 401, body = ErrorEnvelope),
    (status = 404, body = ErrorEnvelope), (status = 429, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
))]
pub async fn open(state: web::Data<State>, signed_in: SignedIn, body: web::Json<OpenSession>) -> Result<HttpResponse, ApiError> {
    let now = state.now();
    let user = signed_in.user.id;
    state.throttles.plays.take(user, now).map_err(ApiError::RateLimited)?;
    let player_key = DevicePublicKey::parse(&body.player_key)
        .map_err(|_| ApiError::BadRequest("player_key must be an Ed25519 public key in base64url".to_owned()))?;
    let host = hosts::usable(&state, user, HostId(body.host_id)).await?;
    let session = PlaySession { id: SessionId::new(now, random::bytes()), user, host: host.id, player_key, started_at: now };
    state.store.add_play_session(session.clone()).await?;
    Ok(HttpResponse::Created().json(view(&state, &session, &host, now)))
}

/// Renew a play session: the same, with a new ticket
#[utoipa::path(post, path = "/api/v1/sessions/{session_id}/renew", params(("session_id" = Uuid, Path)), responses(
    (status = 200, body = SessionView), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope),
    (status = 503, body = ErrorEnvelope),
))]
pub async fn renew(state: web::Data<State>, signed_in: SignedIn, session_id: web::Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let now = state.now();
    let id = SessionId(session_id.into_inner());
    let renewed = state.store.renew_play_session(id, signed_in.user.id, before(now, PLAY_LIFETIME), now).await?;
    let session = renewed.ok_or(ApiError::NotFound)?;
    let host = hosts::usable(&state, signed_in.user.id, session.host).await?;
    Ok(HttpResponse::Ok().json(view(&state, &session, &host, now)))
}

fn view(state: &State, session: &PlaySession, host: &Host, now: UnixMs) -> SessionView {
    let expires_at = now.plus(TICKET_LIFETIME);
    let claims = Claims {
        aud: Claims::audience(host.id),
        sub: Claims::subject(session.user),
        sid: session.id,
        jti: Uuid::from_bytes(random::bytes()),
        iat_ms: now,
        exp_ms: expires_at,
        scope: Scope::Media,
        // `hosts::usable` lets nobody else come so far.
        standing: Standing::Owner,
        cnf: proof::thumbprint(&session.player_key),
        minute: minute_index(now.since_ms(session.started_at)),
    };
    SessionView {
        session_id: session.id.0,
        host: HostView::new(state, host),
        keys: keys(state, host),
        ticket: state.tickets.sign(&claims),
        ticket_expires_at: expires_at.to_rfc3339(),
        server_time: now.to_rfc3339(),
        drivers: vec![DriverView { name: "relay", url: format!("/api/v1/hosts/{}/relay", host.id) }],
        price: price(),
    }
}

fn keys(state: &State, host: &Host) -> KeysView {
    let prekey = state.tunnels.prekey(host.id);
    let prekey = prekey.map(|PublicPrekey { key, not_after_ms, signature }| PrekeyView { key, not_after_ms: not_after_ms.0, signature });
    KeysView { key: host.key.to_string(), prekey }
}

fn price() -> PriceView {
    let quote = Tariff::free().quote();
    let per_minute = AmountView { micros: quote.per_minute.micros, currency: quote.per_minute.currency.into() };
    PriceView { tariff_version: quote.tariff_version, per_minute, free: quote.free }
}
