//! Where an owner confirms a host that asks to be paired (RFC 8628, section 3.3). Nothing is approved in silence: the page
//! names the host, its key and where it asks from.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{ago, fingerprint, render};
use crate::auth::device_grant::normalise_user_code;
use crate::serve::http::error::ApiError;
use crate::serve::http::session::SignedIn;
use crate::serve::pages::problem::PageProblem;
use crate::serve::state::State;
use crate::store::{Approval, GrantRow};
use crate::types::{HostId, UserId, random};

#[derive(Deserialize)]
pub struct Query {
    #[serde(default)]
    user_code: String,
}

#[derive(Deserialize)]
pub struct Form {
    user_code: String,
    decision: Decision,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Decision {
    Approve,
    Deny,
}

#[derive(Template)]
#[template(path = "activate.html")]
struct CodePage<'a> {
    user_name: &'a str,
    typed: &'a str,
    problem: &'a str,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    user_name: &'a str,
    user_code: &'a str,
    host_name: &'a str,
    fingerprint: String,
    address: &'a str,
    asked: String,
}

#[derive(Template)]
#[template(path = "decided.html")]
struct DecidedPage<'a> {
    user_name: &'a str,
    host_name: &'a str,
    is_approved: bool,
}

pub async fn show(state: web::Data<State>, signed_in: SignedIn, query: web::Query<Query>) -> Result<HttpResponse, PageProblem> {
    let user_name = signed_in.user.name.as_str();
    if query.user_code.is_empty() {
        return Ok(render(HttpResponse::Ok(), &CodePage { user_name, typed: "", problem: "" }));
    }
    let Some(waiting) = find(&state, signed_in.user.id, &query.user_code).await? else {
        return Ok(unknown_code(user_name, &query.user_code));
    };
    let page = ConsentPage {
        user_name,
        user_code: &waiting.user_code,
        host_name: &waiting.host_name,
        fingerprint: fingerprint(&waiting.host_key),
        address: &waiting.address,
        asked: ago(waiting.created_at, state.now()),
    };
    Ok(render(HttpResponse::Ok(), &page))
}

pub async fn decide(state: web::Data<State>, signed_in: SignedIn, form: web::Form<Form>) -> Result<HttpResponse, PageProblem> {
    let user_name = signed_in.user.name.as_str();
    let Some(waiting) = find(&state, signed_in.user.id, &form.user_code).await? else {
        return Ok(unknown_code(user_name, &form.user_code));
    };
    let outcome = match form.decision {
        Decision::Approve => approve(&state, signed_in.user.id, &waiting).await?,
        Decision::Deny => state.store.deny_grant(&waiting.user_code, state.now()).await?.then_some(false),
    };
    let Some(is_approved) = outcome else { return Ok(unknown_code(user_name, &form.user_code)) };
    Ok(render(HttpResponse::Ok(), &DecidedPage { user_name, host_name: &waiting.host_name, is_approved }))
}

/// `None` when the code stopped waiting meanwhile.
async fn approve(state: &State, owner: UserId, waiting: &GrantRow) -> Result<Option<bool>, PageProblem> {
    let now = state.now();
    match state.store.approve_grant(&waiting.user_code, owner, HostId::new(now, random::bytes()), now).await? {
        Approval::Paired(host) => {
            tracing::info!(%host, "host paired");
            Ok(Some(true))
        }
        Approval::NotWaiting => Ok(None),
        Approval::OwnedByAnother => Err(PageProblem::OwnedByAnother),
    }
}

/// The grant that waits under this code. Wrong codes are counted, so that nobody finds one by trying.
async fn find(state: &State, user: UserId, typed: &str) -> Result<Option<GrantRow>, PageProblem> {
    state.throttles.user_codes.take(user, state.now()).map_err(ApiError::RateLimited)?;
    let Some(code) = normalise_user_code(typed) else { return Ok(None) };
    let found = state.store.waiting_grant(&code, state.now()).await?;
    if found.is_some() {
        state.throttles.user_codes.give_back(&user);
    }
    Ok(found)
}

fn unknown_code(user_name: &str, typed: &str) -> HttpResponse {
    let problem = "No host waits with this code. It may have expired, or been used: look at the host again.";
    render(HttpResponse::NotFound(), &CodePage { user_name, typed, problem })
}
