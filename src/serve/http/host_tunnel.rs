//! Where a paired host connects to.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{ApiError, ErrorEnvelope};
use super::paired_host::PairedHost;
use crate::serve::state::State;
use crate::types::UserId;

/// The tunnel's other end.
#[derive(Debug, Serialize, ToSchema)]
pub struct TunnelView {
    /// `host:port`, UDP.
    pub address: String,
    /// Its Ed25519 public key, base64url without padding.
    pub key: String,
}

impl TunnelView {
    pub fn new(state: &State) -> Self {
        Self { address: state.tunnel_address.clone(), key: state.tunnel_key.to_string() }
    }
}

/// The tunnel's other end, and whose host it is that asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct HostTunnelView {
    pub address: String,
    pub key: String,
    /// The user's id: what listeners make is kept under it.
    #[schema(value_type = uuid::Uuid)]
    pub owner: UserId,
}

/// The tunnel's address and key, for a paired host with its access token
#[utoipa::path(get, path = "/api/v1/host/tunnel", responses((status = 200, body = HostTunnelView), (status = 401, body = ErrorEnvelope),
    (status = 503, body = ErrorEnvelope)))]
pub async fn get(state: web::Data<State>, host: PairedHost) -> Result<web::Json<HostTunnelView>, ApiError> {
    let TunnelView { address, key } = TunnelView::new(&state);
    Ok(web::Json(HostTunnelView { address, key, owner: host.0.owner }))
}
