//! Every route of the website in one table: it is what is registered, what the tests crawl, and what the API's description is held against.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{Route, web};

use super::admission::admit;
use super::{assets, health, host_tunnel, hosts, me, method_not_allowed, oauth, openapi, sessions, sign_in_link};
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

#[derive(Clone, Debug)]
pub struct RouteEntry {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    route: fn() -> Route,
}

macro_rules! routes {
    ($($method:ident $path:literal $access:ident $handler:path;)*) => {
        vec![$(RouteEntry {
            method: Method::$method,
            path: $path,
            access: Access::$access,
            route: || web::method(Method::$method).to($handler),
        }),*]
    };
}

/// All routes. Those of one path stand together.
pub fn table() -> Vec<RouteEntry> {
    routes! {
        GET "/" SignedInPage dashboard::show;
        GET "/sign-in" Public sign_in::show;
        POST "/sign-in" Public sign_in::submit;
        POST "/sign-out" Public sign_in::sign_out;
        GET "/welcome" Public welcome::show;
        GET "/activate" SignedInPage activate::show;
        POST "/activate" SignedInPage activate::decide;
        GET "/hosts/{host_id}/remove" SignedInPage remove_host::show;
        POST "/hosts/{host_id}/remove" SignedInPage remove_host::submit;
        GET "/player" SignedInPage player::show;
        GET "/assets/{path:.*}" Public assets::get;
        POST "/oauth/device_authorization" Public oauth::device_authorization;
        POST "/oauth/token" Public oauth::token;
        GET "/api/v1/me" SignedIn me::get;
        POST "/api/v1/sign-in-link" Public sign_in_link::post;
        POST "/api/v1/sessions" SignedIn sessions::open;
        POST "/api/v1/sessions/{session_id}/renew" SignedIn sessions::renew;
        POST "/api/v1/hosts/{host_id}/revoke" SignedIn hosts::revoke;
        POST "/api/v1/hosts/{host_id}/relay" SignedIn relay::post;
        GET "/api/v1/host/tunnel" HostToken host_tunnel::get;
        GET "/api/openapi.json" Public openapi::get;
        GET "/healthz" Public health::healthz;
        GET "/metrics" Operator health::metrics;
    }
}

pub fn configure(config: &mut web::ServiceConfig) {
    for same_path in table().chunk_by(|a, b| a.path == b.path) {
        let (path, access) = (same_path[0].path, same_path[0].access);
        let mut resource = web::resource(path).default_service(web::to(method_not_allowed));
        for entry in same_path {
            assert_eq!(entry.access, access, "the routes of {path} have one door");
            resource = resource.route((entry.route)());
        }
        config.service(resource.wrap(from_fn(move |request, next| admit(access, request, next))));
    }
}
