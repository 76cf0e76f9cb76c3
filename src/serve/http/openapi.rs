//! The API's description, generated from the handlers.

use actix_web::{HttpResponse, Responder};
use utoipa::OpenApi;

use super::{host_tunnel, hosts, me, oauth, sessions, sign_in_link};
use crate::serve::relay;

#[derive(OpenApi)]
#[openapi(
    info(title = "iRoam", description = "The registration server website's API"),
    paths(
        me::get,
        sign_in_link::post,
        sessions::open,
        sessions::renew,
        hosts::revoke,
        relay::post,
        host_tunnel::get,
        oauth::device_authorization,
        oauth::token
    )
)]
pub struct ApiDescription;

pub async fn get() -> impl Responder {
    HttpResponse::Ok().json(ApiDescription::openapi())
}
