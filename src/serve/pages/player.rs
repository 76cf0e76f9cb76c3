//! The player's page, for those who are signed in; its parts are public files.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::serve::http::error::ApiError;
use crate::serve::http::session::SignedIn;
use crate::serve::pages::problem::PageProblem;
use crate::serve::state::State;
use crate::web as embedded;

const PAGE: &str = "player/index.html";

pub async fn show(_state: web::Data<State>, _signed_in: SignedIn, request: HttpRequest) -> Result<HttpResponse, PageProblem> {
    embedded::respond(&request, PAGE).ok_or(PageProblem::Other(ApiError::NotFound))
}
