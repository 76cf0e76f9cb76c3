use std::collections::BTreeSet;

use iroam::serve::{Access, routes};
use serde_json::json;

use crate::browser::{Answer, Browser};
use crate::server::TestServe;

const SOME_ID: &str = "019a0000-0000-7000-8000-000000000000";

pub fn concrete(path: &str) -> String {
    path.replace("{host_id}", SOME_ID)
        .replace("{session_id}", SOME_ID)
        .replace("{playlist_id}", SOME_ID)
        .replace("{path:.*}", "portal/portal.css")
}

fn ask(browser: &mut Browser, method: &str, path: &str) -> Answer {
    match method {
        "GET" => browser.get(path),
        "POST" => browser.post(path, b"x", &[]),
        "PUT" | "PATCH" | "DELETE" => browser.send_json(method, path, &json!("x"), &[]),
        other => panic!("an untested method {other}"),
    }
}

#[test]
fn nothing_but_the_public_answers_without_a_session() {
    let serve = TestServe::start();
    let (mut checked, forged) = (0, format!("iroam_session=irs_{}", "A".repeat(43)));
    for entry in routes() {
        for cookie in [None, Some("iroam_session=x".to_owned()), Some(forged.clone())] {
            let mut browser = Browser { cookie, ..serve.browser() };
            // A proxy in between: this machine's own address opens nothing then.
            let path = concrete(entry.path);
            let answer = match entry.access {
                Access::Public => continue,
                Access::Operator => browser.get_with(&path, &[("X-Forwarded-For", "127.0.0.1")]),
                _ => ask(&mut browser, entry.method.as_str(), &path),
            };
            let expected = if entry.access == Access::SignedInPage { 303 } else { 401 };
            assert_eq!(answer.status, expected, "{} {}", entry.method, entry.path);
            assert!(expected == 401 || answer.header("location").starts_with("/sign-in"));
            checked += 1;
        }
    }
    assert!(checked >= 30, "{checked}");
}

#[test]
fn every_answer_carries_the_security_headers() {
    let serve = TestServe::start();
    let mut paths: Vec<(String, String)> = routes().iter().map(|entry| (entry.method.to_string(), concrete(entry.path))).collect();
    paths.extend([
        ("GET".to_owned(), "/nowhere".to_owned()),
        ("POST".to_owned(), "/player".to_owned()),
        ("GET".to_owned(), "/api/v1/x".to_owned()),
    ]);
    for (method, path) in paths {
        let answer = ask(&mut serve.browser(), &method, &path);
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"] {
            assert!(policy.contains(part), "{method} {path}: {policy}");
        }
        assert!(!policy.contains("unsafe"));
        let rest = ["x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"];
        assert_eq!(rest.map(|name| answer.header(name)), ["nosniff", "no-referrer", "same-origin", "same-origin"], "{method} {path}");
        assert!(!answer.header("permissions-policy").is_empty());
        assert!(!answer.header("cache-control").is_empty(), "{method} {path}");
    }
}

#[test]
fn head_is_answered_wherever_get_is_without_a_body() {
    let serve = TestServe::start();
    let mut browser = serve.signed_in("ada");
    for entry in routes().iter().filter(|entry| entry.method == "GET") {
        let path = concrete(entry.path);
        let (get, head) = (browser.get(&path), browser.head(&path));
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
    assert_eq!((browser.head("/healthz").status, browser.head("/assets/portal/portal.css").status), (200, 200));
    assert_eq!(browser.head("/oauth/token").status, 405);
}

#[test]
fn what_another_site_sends_changes_nothing() {
    let serve = TestServe::start();
    let browser = serve.signed_in("ada");
    let takes_cookies = |path: &str| !path.starts_with("/oauth") && !path.starts_with("/api/v1/host/");
    let unsafe_routes: Vec<_> = routes().into_iter().filter(|entry| entry.method != "GET" && takes_cookies(entry.path)).collect();
    assert!(unsafe_routes.len() >= 15);
    for entry in unsafe_routes {
        let path = concrete(entry.path);
        let foreign = ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1"].map(|origin| Some(origin.to_owned()));
        for origin in foreign.into_iter().chain([None]) {
            let mut elsewhere = Browser { cookie: browser.cookie.clone(), origin, ..serve.browser() };
            assert_eq!(ask(&mut elsewhere, entry.method.as_str(), &path).status, 403, "{path} from {:?}", elsewhere.origin);
        }
        for site in ["cross-site", "same-site", "none"] {
            let mut elsewhere = Browser { cookie: browser.cookie.clone(), ..serve.browser() };
            let answer = elsewhere.send_json(entry.method.as_str(), &path, &json!("x"), &[("Sec-Fetch-Site", site)]);
            assert_eq!(answer.status, 403, "{path} {site}");
        }
    }
    let mut own = Browser { origin: None, cookie: browser.cookie.clone(), ..serve.browser() };
    assert_eq!(own.post("/sign-out", b"", &[("Sec-Fetch-Site", "same-origin")]).status, 303);
}

#[test]
fn the_description_names_exactly_the_routes_of_the_api() {
    let serve = TestServe::start();
    let described = serve.browser().get("/api/openapi.json").json();
    let paths = described["paths"].as_object().expect("paths");
    let methods = |(path, item): (&String, &serde_json::Value)| -> Vec<String> {
        item.as_object().expect("methods").keys().map(|method| format!("{} {path}", method.to_uppercase())).collect()
    };
    let described: BTreeSet<String> = paths.iter().flat_map(methods).collect();
    let is_api = |path: &str| path.starts_with("/api/v1/") || path.starts_with("/oauth/");
    let real: BTreeSet<String> =
        routes().iter().filter(|entry| is_api(entry.path)).map(|entry| format!("{} {}", entry.method, entry.path)).collect();
    assert_eq!(described, real);
}

#[test]
fn bad_bodies_are_refused_in_the_envelope() {
    let serve = TestServe::start();
    let mut browser = serve.signed_in("ada");
    let cases: [(&[u8], &str, u16, &str); 5] = [
        (b"{", "application/json", 400, "bad_request"),
        (b"{}", "application/json", 400, "bad_request"),
        (b"[1]", "application/json", 400, "bad_request"),
        (b"{}", "text/plain", 400, "bad_request"),
        (&[b' '; 20_000], "application/json", 413, "too_large"),
    ];
    for (body, content_type, status, code) in cases {
        let answer = browser.post("/api/v1/sessions", body, &[("Content-Type", content_type)]);
        assert_eq!((answer.status, answer.error_code().as_str()), (status, code), "{}", answer.text());
    }
    assert_eq!(browser.post_json("/api/v1/hosts/not-an-id/revoke", &json!({})).error_code(), "not_found");
    assert_eq!(browser.get("/api/v1/hosts/x/relay").status, 405);
    assert_eq!(browser.get("/api/v1/nothing").error_code(), "not_found");
    assert!(browser.get("/nothing").text().contains("Page not found"));
}

#[test]
fn tells_its_operator_how_it_is() {
    let serve = TestServe::start();
    let healthy = serve.browser().get("/healthz");
    assert_eq!((healthy.status, healthy.text().as_str()), (200, "ok\n"));
    let metrics = serve.browser().get("/metrics");
    assert_eq!(metrics.status, 200);
    assert!(metrics.text().contains("iroam_http_responses_total{class=\"2xx\"}"), "{}", metrics.text());
    let token = std::fs::read_to_string(serve.data().join("metrics.token")).expect("the token");
    let with = |token: &str| {
        serve.browser().get_with("/metrics", &[("X-Forwarded-For", "1.2.3.4"), ("Authorization", &format!("Bearer {token}"))])
    };
    let asked_as = |host: &str| serve.browser().get_with("/metrics", &[("Host", host)]).status;
    assert_eq!(
        [asked_as("localhost:1"), asked_as("[::1]"), asked_as("evil.example"), asked_as("127.0.0.1.evil.example:80")],
        [200, 200, 401, 401]
    );
    assert_eq!((with(token.trim()).status, with("wrong").status, with("").status), (200, 401, 401));
}
