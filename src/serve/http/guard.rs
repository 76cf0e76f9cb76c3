//! What every request passes and every response carries.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use super::bodies;
use super::error::ApiError;
use super::refusal;
use crate::serve::in_flight::CountedBody;
use crate::serve::public_url::{PublicUrl, is_loopback};
use crate::serve::state::State;

const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
    connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'";

const FIXED_HEADERS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Refuses what another site's page sends, counts, and sets the security headers.
pub async fn guard(mut request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = request.app_data::<web::Data<State>>().expect("every application is made with its state").clone();
    let answering = state.in_flight.enter();
    let payload = bodies::keep(&mut request);
    let mut response = if is_cross_site(&request, &state.public_url) {
        let error = ApiError::Forbidden("this request came from another site and was refused".to_owned());
        let refused = refusal(request.path(), &error);
        request.into_response(refused)
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    set_headers(&state, response.headers_mut());
    if state.in_flight.is_stopping() {
        // actix writes this header by itself and would leave out ours.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    count(response.status().as_u16());
    Ok(response.map_body(|_, body| CountedBody::new(body, answering, payload).boxed()))
}

fn set_headers(state: &State, headers: &mut HeaderMap) {
    for (name, value) in FIXED_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if state.public_url.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // What says nothing of caching is personal.
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn count(status: u16) {
    let class = ["1xx", "2xx", "3xx", "4xx", "5xx"].get(usize::from(status / 100).wrapping_sub(1)).copied().unwrap_or("other");
    metrics::counter!("iroam_http_responses_total", "class" => class).increment(1);
}

/// A request that changes something must come from our own pages: browsers say so by `Sec-Fetch-Site` (Fetch Metadata), or
/// at least by `Origin`; a page elsewhere can set neither. `/oauth` takes no cookies, nor does what is for hosts, so there is nothing to borrow there.
fn is_cross_site(request: &ServiceRequest, public_url: &PublicUrl) -> bool {
    let takes_no_cookies = ["/oauth/", "/api/v1/host/"].iter().any(|place| request.path().starts_with(place));
    if request.method().is_safe() || takes_no_cookies {
        return false;
    }
    let text = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    match (text(HeaderName::from_static("sec-fetch-site")), text(ORIGIN)) {
        (Some(site), _) => site != "same-origin",
        (None, Some(origin)) => !is_own_origin(origin, text(HOST).unwrap_or_default(), public_url),
        (None, None) => true,
    }
}

/// On this very machine any loopback name will do, as long as it is the one that was asked.
fn is_own_origin(origin: &str, host: &str, public_url: &PublicUrl) -> bool {
    if origin == public_url.to_string() {
        return true;
    }
    let named = PublicUrl::parse(origin).ok().filter(|origin| public_url.is_loopback() && is_loopback(origin.host()));
    named.is_some() && origin.split_once("://").is_some_and(|(_, authority)| authority == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_origin() {
        let site = PublicUrl::parse("https://music.example.org").expect("an origin");
        assert!(is_own_origin("https://music.example.org", "music.example.org", &site));
        for foreign in ["https://evil.example", "http://music.example.org", "https://music.example.org.evil.example", "null", ""] {
            assert!(!is_own_origin(foreign, "music.example.org", &site), "{foreign}");
        }
        assert!(!is_own_origin("http://localhost:8080", "localhost:8080", &site));
    }

    #[test]
    fn at_home_any_loopback_name_that_was_asked_is_its_own() {
        let site = PublicUrl::parse("http://127.0.0.1:8080").expect("an origin");
        assert!(is_own_origin("http://localhost:8080", "localhost:8080", &site));
        assert!(!is_own_origin("http://localhost:9090", "localhost:8080", &site));
        assert!(!is_own_origin("http://evil.example", "evil.example", &site));
    }
}
