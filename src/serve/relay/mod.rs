//! The relay: a player's request goes to its host on a tunnel stream of its own, and the answer comes back as it arrives.
//! What is relayed is sealed between the two: nothing of it can be read here.

mod answer;
mod idle;
mod request;
mod slots;

pub use slots::RelaySlots;

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::http::error::{ApiError, ErrorEnvelope};
use super::http::hosts;
use super::http::session::SignedIn;
use super::state::State;
use crate::net::{NetError, RelayReply};
use crate::store::Host;
use crate::types::HostId;

/// Relay a request to a host
#[utoipa::path(post, path = "/api/v1/hosts/{host_id}/relay", params(("host_id" = Uuid, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "The host's reply, streamed", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, body = ErrorEnvelope), (status = 403, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope),
        (status = 408, body = ErrorEnvelope), (status = 413, body = ErrorEnvelope), (status = 429, body = ErrorEnvelope),
        (status = 502, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
    ))]
pub async fn post(
    state: web::Data<State>,
    signed_in: SignedIn,
    host_id: web::Path<Uuid>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let relayed = async {
        let host = hosts::usable(&state, signed_in.user.id, HostId(host_id.into_inner())).await?;
        let slot = state.relay_slots.take(signed_in.user.id)?;
        let body = request::read(&request, payload, state.limits.body).await?;
        Ok((ask(&state, &host, body).await?, slot))
    };
    match relayed.await {
        Ok((reply, slot)) => Ok(answer::stream(reply, slot, state.limits.idle_reader)),
        Err(error) => Err(counted(error)),
    }
}

async fn ask(state: &State, host: &Host, body: web::Bytes) -> Result<RelayReply, ApiError> {
    let tunnel = state.tunnels.get(host.id).ok_or(ApiError::HostOffline)?;
    tunnel.open_relay(body).await.map_err(|error| match error {
        NetError::Closed(_) => ApiError::HostOffline,
        error => ApiError::HostFailed(error.to_string()),
    })
}

fn counted(error: ApiError) -> ApiError {
    metrics::counter!("iroam_relay_failures_total", "code" => error.code()).increment(1);
    error
}
