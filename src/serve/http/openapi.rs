//! The API's description, generated from the handlers.

use actix_web::{HttpResponse, Responder};
use utoipa::OpenApi;

use super::{host_tunnel, hosts, me, oauth, playlist_import, playlist_items, playlists, sessions, sign_in_link};
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
        playlists::list,
        playlists::create,
        playlists::get,
        playlists::change,
        playlists::delete,
        playlists::restore,
        playlist_items::list,
        playlist_items::add,
        playlist_items::move_some,
        playlist_items::remove,
        playlist_items::restore,
        playlist_import::import,
        playlist_import::export,
        playlist_import::items,
        host_tunnel::get,
        oauth::device_authorization,
        oauth::token
    )
)]
pub struct ApiDescription;

pub async fn get() -> impl Responder {
    HttpResponse::Ok().json(ApiDescription::openapi())
}
