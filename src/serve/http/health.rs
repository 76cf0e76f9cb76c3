//! For those who run serve: is it alive, and what has it done.

use actix_web::http::header::{CONTENT_TYPE, HOST, HeaderMap};
use actix_web::http::uri::Authority;
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::ApiError;
use super::paired_host::bearer;
use super::store_metrics;
use crate::auth::token;
use crate::serve::database;
use crate::serve::public_url::is_loopback;
use crate::serve::remote;
use crate::serve::state::State;

/// Ready: the process answers its database does too, takes changes, and was not found damaged.
pub async fn healthz(state: web::Data<State>) -> Result<HttpResponse, ApiError> {
    database::if_there(&state, state.store.answers()).await?;
    if state.database.is_ailing() {
        return Err(ApiError::Unavailable);
    }
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n"))
}

pub async fn metrics(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let holds_token = bearer(&request).is_some_and(|shown| token::same(shown.as_bytes(), state.metrics_token.expose().as_bytes()));
    let is_local = remote::address(&request).is_loopback() && asks_this_machine(&request) && !is_forwarded(request.headers());
    if !holds_token && !is_local {
        return Err(ApiError::SignedOut);
    }
    store_metrics::record(&state.store);
    let text = state.metrics.render();
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")).body(text))
}

/// A page elsewhere may have a name that leads here (DNS rebinding): it stands in `Host`.
fn asks_this_machine(request: &HttpRequest) -> bool {
    let in_header = request.headers().get(HOST).and_then(|value| value.to_str().ok()?.parse::<Authority>().ok());
    in_header.as_ref().or(request.uri().authority()).is_some_and(|asked| is_loopback(asked.host()))
}

/// A proxy on this machine makes the whole world look local; it says so by one of these.
fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-real-ip", "via"].iter().any(|name| headers.contains_key(*name))
}
