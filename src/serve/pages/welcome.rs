//! Where one-time links lead. The link's secret is in its fragment: the page's script takes it from there and signs in by it.

use actix_web::{HttpResponse, Responder};
use askama::Template;

use super::render;

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage;

pub async fn show() -> impl Responder {
    render(HttpResponse::Ok(), &WelcomePage)
}
