//! The player's and the portal's files.

use actix_web::{HttpRequest, HttpResponse, web};

use super::error::ApiError;
use super::refusal;
use crate::web as embedded;

pub async fn get(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    embedded::respond(&request, &path).unwrap_or_else(|| refusal(request.path(), &ApiError::NotFound))
}
