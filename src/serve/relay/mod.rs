//! The relay: a player's request goes to its host on a tunnel stream of its own, and the answer comes back as it arrives.
//! What is relayed is not read.

mod answer;
mod request;
mod slots;
mod unpack;

pub use slots::RelaySlots;

use actix_web::http::header::ACCEPT_ENCODING;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::http::error::{ApiError, ErrorEnvelope};
use super::http::hosts;
use super::http::session::SignedIn;
use super::state::State;
use crate::net::{NetError, RelayReply};
use crate::protocol::tunnel::Encoding;
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
    let takes_zstd = accepts_zstd(&request);
    let relayed = async {
        let host = hosts::usable(&state, signed_in.user.id, HostId(host_id.into_inner())).await?;
        let slot = state.relay_slots.take(signed_in.user.id)?;
        let body = request::read(&request, payload).await?;
        Ok((ask(&state, &host, body).await?, slot))
    };
    match relayed.await {
        Ok((reply, slot)) => answer::stream(reply, slot, takes_zstd),
        Err(error) => Err(counted(error)),
    }
}

async fn ask(state: &State, host: &Host, body: web::Bytes) -> Result<RelayReply, ApiError> {
    let tunnel = state.tunnels.get(host.id).ok_or(ApiError::HostOffline)?;
    // zstd is always welcome on the tunnel: what the browser cannot read is unpacked here.
    tunnel.open_relay(&[Encoding::Zstd, Encoding::Identity], body).await.map_err(|error| match error {
        NetError::Closed(_) => ApiError::HostOffline,
        error => ApiError::HostFailed(error.to_string()),
    })
}

fn counted(error: ApiError) -> ApiError {
    metrics::counter!("iroam_relay_failures_total", "code" => error.code()).increment(1);
    error
}

/// Whether `Accept-Encoding` (RFC 9110, section 12.5.3) names zstd and does not weigh it nought.
fn accepts_zstd(request: &HttpRequest) -> bool {
    let named = request.headers().get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    named.flat_map(|list| list.split(',')).any(takes_zstd)
}

fn takes_zstd(item: &str) -> bool {
    let mut parts = item.split(';').map(str::trim);
    let is_zstd = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("zstd"));
    let is_refused = parts.filter_map(|part| part.strip_prefix("q=")).any(|q| q.parse().is_ok_and(|q: f32| q == 0.0));
    is_zstd && !is_refused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_browser_takes() {
        for taken in ["zstd", " ZSTD;q=0.5"] {
            assert!(takes_zstd(taken), "{taken}");
        }
        for refused in ["zstd;q=0", "zstd; q=0.000", "br", "*", ""] {
            assert!(!takes_zstd(refused), "{refused}");
        }
    }
}
