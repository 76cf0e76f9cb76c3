//! The portal: pages rendered here, usable without JavaScript.

pub mod activate;
pub mod dashboard;
pub mod next;
pub mod player;
pub mod problem;
pub mod remove_host;
pub mod sign_in;
pub mod welcome;

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, RETRY_AFTER};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError as _};
use askama::Template;

use super::http::error::{ApiError, whole_seconds};
use crate::auth::DevicePublicKey;
use crate::types::UnixMs;

/// A template as a response.
pub fn render(mut response: HttpResponseBuilder, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => response.content_type("text/html; charset=utf-8").body(html),
        Err(error) => {
            tracing::error!("a page could not be rendered: {error}");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// 303: see there, by GET.
pub fn redirect(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    title: &'a str,
    detail: &'a str,
    /// Whether the same address may answer a little later.
    is_passing: bool,
}

/// An error as a page.
pub fn error(error: &ApiError) -> HttpResponse {
    let title = match error {
        ApiError::NotFound => "Page not found",
        ApiError::RateLimited(_) | ApiError::Busy | ApiError::Unavailable => "Please wait a moment",
        ApiError::OutcomeUnknown => "Saved or not?",
        ApiError::Forbidden(_) => "Not allowed",
        _ => "That did not work",
    };
    let mut response = HttpResponse::build(error.status_code());
    if let Some(wait) = error.retry_after() {
        response.insert_header((RETRY_AFTER, whole_seconds(wait)));
    }
    render(response, &ErrorPage { title, detail: &sentence(&error.to_string()), is_passing: error.retry_after().is_some() })
}

/// A page that says one thing.
pub fn notice(status: StatusCode, title: &str, detail: &str) -> HttpResponse {
    render(HttpResponse::build(status), &ErrorPage { title, detail, is_passing: false })
}

/// Error texts are written to follow a colon; on a page they stand alone.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// A key as two people can compare it by eye: its first 16 characters in groups of four.
pub fn fingerprint(key: &DevicePublicKey) -> String {
    let text = key.to_string();
    let groups: Vec<&str> = (0..4).map(|group| &text[group * 4..group * 4 + 4]).collect();
    groups.join(" ")
}

/// How long ago, in the largest unit that fits.
pub fn ago(then: UnixMs, now: UnixMs) -> String {
    let seconds = now.since_ms(then).max(0) / 1000;
    let (count, unit) = match seconds {
        ..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_long_ago_in_words() {
        let told = |seconds: i64| ago(UnixMs(0), UnixMs(seconds * 1000));
        assert_eq!([told(-5), told(59), told(60)], ["just now", "just now", "1 minute ago"]);
        assert_eq!([told(7_300), told(86_400 * 3)], ["2 hours ago", "3 days ago"]);
    }

    #[test]
    fn error_texts_become_sentences() {
        assert_eq!(sentence("sign in first"), "Sign in first.");
        assert_eq!(sentence(""), ".");
    }
}
