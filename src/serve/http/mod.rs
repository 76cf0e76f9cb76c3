//! The website's routes by topic, and what surrounds them all.

mod admission;
pub mod assets;
pub mod bodies;
pub mod error;
mod guard;
pub mod health;
pub mod host_tunnel;
pub mod hosts;
pub mod me;
pub mod oauth;
pub mod openapi;
mod paired_host;
mod playlist_import;
mod playlist_items;
mod playlists;
pub mod routes;
pub mod session;
pub mod sessions;
pub mod sign_in_link;
mod store_metrics;

use actix_web::error::{InternalError, JsonPayloadError, UrlencodedError};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, HttpRequest, HttpResponse, ResponseError, dev, web};

use super::pages;
use super::state::State;
use error::ApiError;

/// One worker's application.
pub fn app(
    state: web::Data<State>,
) -> App<impl dev::ServiceFactory<dev::ServiceRequest, Config = (), Response = dev::ServiceResponse, Error = Error, InitError = ()>> {
    App::new()
        .app_data(state)
        .app_data(web::JsonConfig::default().error_handler(|error, _| json_error(&error).into()))
        .app_data(web::FormConfig::default().error_handler(form_error))
        .app_data(web::PathConfig::default().error_handler(|_, _| ApiError::NotFound.into()))
        .configure(routes::configure)
        .default_service(web::to(not_found))
        .wrap(from_fn(guard::guard))
}

/// An error as its reader expects it: the envelope for programs, a page for people.
pub fn refusal(path: &str, error: &ApiError) -> HttpResponse {
    let is_for_programs = path.starts_with("/api/") || path.starts_with("/oauth/");
    if is_for_programs { error.error_response() } else { pages::error(error) }
}

async fn not_found(request: HttpRequest) -> HttpResponse {
    refusal(request.path(), &ApiError::NotFound)
}

/// A known path, asked in a way that it does not take.
async fn method_not_allowed(request: HttpRequest) -> HttpResponse {
    refusal(request.path(), &ApiError::MethodNotAllowed)
}

fn json_error(error: &JsonPayloadError) -> ApiError {
    match error {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => ApiError::TooLarge,
        JsonPayloadError::ContentType => ApiError::BadRequest("the body must be application/json".to_owned()),
        _ => ApiError::BadRequest("the body is not the JSON that this address takes".to_owned()),
    }
}

fn form_error(error: UrlencodedError, request: &HttpRequest) -> Error {
    let known = match error {
        UrlencodedError::Overflow { .. } => ApiError::TooLarge,
        _ => ApiError::BadRequest("the form is incomplete or not a form".to_owned()),
    };
    let response = if request.path().starts_with("/oauth/") {
        oauth::refusal("invalid_request", "the form is incomplete or not a form")
    } else {
        refusal(request.path(), &known)
    };
    InternalError::from_response(error, response).into()
}
