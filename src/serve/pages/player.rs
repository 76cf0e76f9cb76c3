//! The player's page, for those who are signed in; its parts are public files.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::serve::http::error::ApiError;
use crate::serve::http::session::{PageRefusal, PageUser};
use crate::serve::state::State;
use crate::web as embedded;

const PAGE: &str = "player/index.html";

pub async fn show(_state: web::Data<State>, _user: PageUser, request: HttpRequest) -> Result<HttpResponse, PageRefusal> {
    embedded::respond(&request, PAGE).ok_or(PageRefusal::Failed(ApiError::NotFound))
}
