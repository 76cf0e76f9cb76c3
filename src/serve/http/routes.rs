//! Every route of the website in one table: it is what is registered, what the tests crawl, and what the API's description is held against.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{Route, guard, web};

use super::admission::admit;
use super::{
    assets, health, host_tunnel, hosts, me, method_not_allowed, oauth, openapi, playlist_import, playlist_items, playlists, sessions,
    sign_in_link,
};
use crate::serve::pages::{activate, dashboard, player, remove_host, sign_in, welcome};
use crate::serve::relay;

/// Who gets further than a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// A signed-in browser; others get 401.
    SignedIn,
    /// A signed-in browser; others are sent to the sign-in page.
    SignedInPage,
    /// A paired host with its access token.
    HostToken,
    /// This machine itself, or who holds the metrics token.
    Operator,
}

/// Who reads a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// The door, so many bytes at most.
    UpTo(usize),
    /// The handler, by [`super::bodies::read`].
    ByHandler,
}

/// No body is expected.
const NONE: Body = Body::UpTo(0);
/// A handful of short fields.
const SHORT: Body = Body::UpTo(4 * 1024);
/// A name, a password and a path, where a byte is three when it is written as a form's.
const FORM: Body = Body::UpTo(16 * 1024);
/// A piece of something long.
const PIECE: Body = Body::UpTo(1024 * 1024);
const RELAYED: Body = Body::ByHandler;

#[derive(Clone, Debug)]
pub struct RouteEntry {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    pub body: Body,
    route: fn() -> Route,
}

macro_rules! routes {
    ($($method:ident $path:literal $access:ident $body:ident $handler:path;)*) => {
        vec![$(RouteEntry {
            method: Method::$method,
            path: $path,
            access: Access::$access,
            body: $body,
            route: || web::route().guard(guard::fn_guard(|asked| answers(&Method::$method, &asked.head().method))).to($handler),
        }),*]
    };
}

/// All routes. Those of one path stand together.
pub fn table() -> Vec<RouteEntry> {
    routes! {
        GET "/" SignedInPage NONE dashboard::show;
        GET "/sign-in" Public NONE sign_in::show;
        POST "/sign-in" Public FORM sign_in::submit;
        GET "/sign-out" Public NONE sign_in::back_home;
        POST "/sign-out" Public SHORT sign_in::sign_out;
        GET "/welcome" Public NONE welcome::show;
        GET "/activate" SignedInPage NONE activate::show;
        POST "/activate" SignedInPage SHORT activate::decide;
        GET "/hosts/{host_id}/remove" SignedInPage NONE remove_host::show;
        POST "/hosts/{host_id}/remove" SignedInPage SHORT remove_host::submit;
        GET "/player" SignedInPage NONE player::show;
        GET "/assets/{path:.*}" Public NONE assets::get;
        POST "/oauth/device_authorization" Public SHORT oauth::device_authorization;
        POST "/oauth/token" Public SHORT oauth::token;
        GET "/api/v1/me" SignedIn NONE me::get;
        POST "/api/v1/sign-in-link" Public SHORT sign_in_link::post;
        POST "/api/v1/sessions" SignedIn SHORT sessions::open;
        POST "/api/v1/sessions/{session_id}/renew" SignedIn SHORT sessions::renew;
        POST "/api/v1/hosts/{host_id}/revoke" SignedIn SHORT hosts::revoke;
        POST "/api/v1/hosts/{host_id}/relay" SignedIn RELAYED relay::post;
        GET "/api/v1/playlists" SignedIn NONE playlists::list;
        POST "/api/v1/playlists" SignedIn FORM playlists::create;
        GET "/api/v1/playlists/{playlist_id}" SignedIn NONE playlists::get;
        PATCH "/api/v1/playlists/{playlist_id}" SignedIn FORM playlists::change;
        DELETE "/api/v1/playlists/{playlist_id}" SignedIn NONE playlists::delete;
        POST "/api/v1/playlists/{playlist_id}/restore" SignedIn SHORT playlists::restore;
        GET "/api/v1/playlists/{playlist_id}/items" SignedIn NONE playlist_items::list;
        POST "/api/v1/playlists/{playlist_id}/items" SignedIn PIECE playlist_items::add;
        POST "/api/v1/playlists/{playlist_id}/items/move" SignedIn PIECE playlist_items::move_some;
        POST "/api/v1/playlists/{playlist_id}/items/remove" SignedIn PIECE playlist_items::remove;
        POST "/api/v1/playlists/{playlist_id}/items/restore" SignedIn PIECE playlist_items::restore;
        GET "/api/v1/host/tunnel" HostToken NONE host_tunnel::get;
        PUT "/api/v1/host/playlists/import" HostToken PIECE playlist_import::import;
        GET "/api/v1/host/playlists/export" HostToken NONE playlist_import::export;
        GET "/api/v1/host/playlists/{playlist_id}/items" HostToken NONE playlist_import::items;
        GET "/api/openapi.json" Public NONE openapi::get;
        GET "/healthz" Public NONE health::healthz;
        GET "/metrics" Operator NONE health::metrics;
    }
}

/// HEAD is answered wherever GET is, by the same handler; its body is left out as it is sent (RFC 9110, section 9.3.2).
fn answers(method: &Method, asked: &Method) -> bool {
    asked == method || (method == Method::GET && asked == Method::HEAD)
}

pub fn configure(config: &mut web::ServiceConfig) {
    for same_path in table().chunk_by(|a, b| a.path == b.path) {
        let (path, access) = (same_path[0].path, same_path[0].access);
        let mut resource = web::resource(path).default_service(web::to(method_not_allowed));
        for entry in same_path {
            assert_eq!(entry.access, access, "the routes of {path} have one door");
            let body = entry.body;
            resource = resource.route((entry.route)().wrap(from_fn(move |request, next| admit(access, body, request, next))));
        }
        config.service(resource);
    }
}
