//! A user's hosts.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::error::{ApiError, ErrorEnvelope};
use super::session::SignedIn;
use crate::serve::database;
use crate::serve::state::State;
use crate::store::{Host, StoreError};
use crate::types::{HostId, UserId};

/// The host, if this user may use it now.
pub async fn usable(state: &State, user: UserId, id: HostId) -> Result<Host, ApiError> {
    let host = look_up(state, id).await?.ok_or(ApiError::NotFound)?;
    state.access.may_use(user, &host).await?;
    Ok(host)
}

/// The host, if there is one. While the database is away, what it said a moment ago counts.
async fn look_up(state: &State, id: HostId) -> Result<Option<Host>, StoreError> {
    let (remembered, now) = (&state.remembered.hosts, state.now());
    match database::if_there(state, state.store.host(id)).await {
        Ok(found) => {
            remembered.note(id, found.as_ref(), now);
            Ok(found)
        }
        Err(error) if error.is_temporary() => remembered.recall(&id, now).map(Some).ok_or(error),
        Err(error) => Err(error),
    }
}

/// Removes a host of `owner`'s and cuts its tunnel at once.
pub async fn remove(state: &State, owner: UserId, id: HostId) -> Result<(), ApiError> {
    if !state.store.revoke_host(owner, id, state.now()).await? {
        return Err(ApiError::NotFound);
    }
    state.remembered.hosts.forget(&id);
    state.tunnels.revoke(id);
    tracing::info!(host = %id, "host removed by its owner");
    Ok(())
}

/// Remove a host: its tunnel is cut at once and its key is worth nothing
#[utoipa::path(post, path = "/api/v1/hosts/{host_id}/revoke", params(("host_id" = Uuid, Path)), responses(
    (status = 204, description = "Removed"), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope),
    (status = 503, body = ErrorEnvelope),
))]
pub async fn revoke(state: web::Data<State>, signed_in: SignedIn, host_id: web::Path<Uuid>) -> Result<HttpResponse, ApiError> {
    remove(&state, signed_in.user.id, HostId(host_id.into_inner())).await?;
    Ok(HttpResponse::NoContent().finish())
}
