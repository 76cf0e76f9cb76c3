//! What a user has here: hosts, and the way into the player.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{ago, fingerprint, render};
use crate::serve::http::session::SignedIn;
use crate::serve::pages::problem::PageProblem;
use crate::serve::state::State;
use crate::store::Host;
use crate::types::UnixMs;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct DashboardPage<'a> {
    user_name: &'a str,
    hosts: Vec<HostCard>,
    public_url: String,
}

struct HostCard {
    id: String,
    name: String,
    fingerprint: String,
    is_online: bool,
    /// When it is offline: since when, in words.
    seen: String,
}

impl DashboardPage<'_> {
    fn has_online_host(&self) -> bool {
        self.hosts.iter().any(|host| host.is_online)
    }
}

fn card(state: &State, host: &Host, now: UnixMs) -> HostCard {
    let seen = host.last_seen_at.map_or_else(|| "never connected".to_owned(), |then| format!("last seen {}", ago(then, now)));
    HostCard {
        id: host.id.to_string(),
        name: host.name.clone(),
        fingerprint: fingerprint(&host.key),
        is_online: state.tunnels.is_online(host.id),
        seen,
    }
}

pub async fn show(state: web::Data<State>, signed_in: SignedIn) -> Result<HttpResponse, PageProblem> {
    let now = state.now();
    let hosts = state.store.hosts_of(signed_in.user.id).await?;
    let hosts = hosts.iter().map(|host| card(&state, host, now)).collect();
    let page = DashboardPage { user_name: &signed_in.user.name, hosts, public_url: state.public_url.to_string() };
    Ok(render(HttpResponse::Ok(), &page))
}
