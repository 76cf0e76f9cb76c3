//! Removing a host, after asking once more.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{fingerprint, redirect, render};
use crate::serve::http::error::ApiError;
use crate::serve::http::hosts;
use crate::serve::http::session::SignedIn;
use crate::serve::pages::problem::PageProblem;
use crate::serve::state::State;
use crate::types::HostId;

#[derive(Template)]
#[template(path = "remove_host.html")]
struct RemoveHostPage<'a> {
    user_name: &'a str,
    id: String,
    name: &'a str,
    fingerprint: String,
}

pub async fn show(state: web::Data<State>, signed_in: SignedIn, host_id: web::Path<Uuid>) -> Result<HttpResponse, PageProblem> {
    let host = state.store.host(HostId(host_id.into_inner())).await?.filter(|host| host.owner == signed_in.user.id);
    let host = host.ok_or(ApiError::NotFound)?;
    let page =
        RemoveHostPage { user_name: &signed_in.user.name, id: host.id.to_string(), name: &host.name, fingerprint: fingerprint(&host.key) };
    Ok(render(HttpResponse::Ok(), &page))
}

pub async fn submit(state: web::Data<State>, signed_in: SignedIn, host_id: web::Path<Uuid>) -> Result<HttpResponse, PageProblem> {
    hosts::remove(&state, signed_in.user.id, HostId(host_id.into_inner())).await?;
    Ok(redirect("/"))
}
