//! Signing in and out.

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{next, redirect, render};
use crate::serve::http::error::{ApiError, whole_seconds};
use crate::serve::http::session;
use crate::serve::pages::problem::PageProblem;
use crate::serve::remote;
use crate::serve::state::State;
use crate::store::User;
use crate::types::Secret;

#[derive(Deserialize)]
pub struct Query {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct Form {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    next: &'a str,
    name: &'a str,
    problem: &'a str,
}

pub async fn show(state: web::Data<State>, request: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, PageProblem> {
    let next = next::own_path(&query.next);
    if session::current(&request, &state).await?.is_some() {
        return Ok(redirect(next));
    }
    Ok(render(HttpResponse::Ok(), &SignInPage { next, name: "", problem: "" }))
}

pub async fn submit(state: web::Data<State>, request: HttpRequest, form: web::Form<Form>) -> Result<HttpResponse, PageProblem> {
    let Form { name, password, next } = form.into_inner();
    let next = next::own_path(&next);
    let address = remote::subscriber(&request);
    let again = |status, problem: &str| render(HttpResponse::build(status), &SignInPage { next, name: &name, problem });
    if let Err(wait) = state.throttles.try_sign_in(&name, address, state.now()) {
        metrics::counter!("iroam_sign_ins_total", "outcome" => "throttled").increment(1);
        let problem = format!("Too many attempts. Wait {} seconds and try again.", whole_seconds(wait));
        let mut page = again(StatusCode::TOO_MANY_REQUESTS, &problem);
        page.headers_mut().insert(RETRY_AFTER, whole_seconds(wait).into());
        return Ok(page);
    }
    let verified = verified(&state, &name, Secret::new(password)).await;
    if !matches!(verified, Ok(None)) {
        // Neither the right password nor a failure of ours is a guess.
        state.throttles.give_back_sign_in(&name, address);
    }
    match verified? {
        None => {
            metrics::counter!("iroam_sign_ins_total", "outcome" => "refused").increment(1);
            // The same words whether the name or the password is wrong: names are not to be found by trying.
            Ok(again(StatusCode::UNAUTHORIZED, "The name or the password is wrong."))
        }
        Some(user) => {
            metrics::counter!("iroam_sign_ins_total", "outcome" => "password").increment(1);
            let cookie = session::begin(&request, &state, user.id).await?;
            Ok(HttpResponse::SeeOther().cookie(cookie).insert_header((LOCATION, next)).finish())
        }
    }
}

pub async fn sign_out(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, PageProblem> {
    if let Some(signed_in) = session::current(&request, &state).await? {
        session::end(&state, signed_in.token).await?;
    }
    Ok(HttpResponse::SeeOther().cookie(session::ended(&state)).insert_header((LOCATION, "/sign-in")).finish())
}

/// Where "Try again" leads when signing out failed: to the page with its button.
pub async fn back_home() -> HttpResponse {
    redirect("/")
}

/// The account, when the password is its own. Unknown names take as long as wrong passwords.
async fn verified(state: &State, name: &str, password: Secret<String>) -> Result<Option<User>, PageProblem> {
    let found = state.store.user_to_verify(name).await?;
    let (user, phc) = found.map_or((None, None), |(user, phc)| (Some(user), Some(phc)));
    let is_right = state.passwords.verify(password, phc).await.map_err(|_| ApiError::Busy)?;
    Ok(user.filter(|_| is_right))
}
