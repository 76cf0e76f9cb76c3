//! Who is signed in, and their hosts.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::{ApiError, ErrorEnvelope};
use super::session::SignedIn;
use crate::serve::state::State;
use crate::store::{Host, User};

#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub user: UserView,
    pub hosts: Vec<HostView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    pub id: Uuid,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HostView {
    pub id: Uuid,
    pub name: String,
    pub online: bool,
    /// RFC 3339; null when it never connected.
    pub last_seen_at: Option<String>,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self { id: user.id.0, name: user.name.clone() }
    }
}

impl HostView {
    pub fn new(state: &State, host: &Host) -> Self {
        let online = state.tunnels.is_online(host.id);
        let seen_at = if online { Some(state.now()) } else { host.last_seen_at };
        Self { id: host.id.0, name: host.name.clone(), online, last_seen_at: seen_at.map(crate::types::UnixMs::to_rfc3339) }
    }
}

/// The signed-in account and its hosts
#[utoipa::path(get, path = "/api/v1/me", responses((status = 200, body = Me), (status = 401, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope)))]
pub async fn get(state: web::Data<State>, signed_in: SignedIn) -> Result<web::Json<Me>, ApiError> {
    let hosts = state.store.hosts_of(signed_in.user.id).await?;
    let hosts = hosts.iter().map(|host| HostView::new(&state, host)).collect();
    Ok(web::Json(Me { user: UserView::from(&signed_in.user), hosts }))
}
