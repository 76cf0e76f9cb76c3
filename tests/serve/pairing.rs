use std::time::Duration;

use crate::browser::Browser;
use crate::fake_host::{HomePc, poll, stranger};
use crate::server::TestServe;

fn error_of(answer: &crate::browser::Answer) -> String {
    assert_eq!(answer.status, 400, "{}", answer.text());
    answer.json()["error"].as_str().expect("a code").to_owned()
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().expect("text")
}

#[test]
fn a_host_is_paired_by_its_owner() {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let pc = HomePc::new("Attic <PC>");
    let asked = pc.ask(&serve).json();
    let device_code = text(&asked["device_code"]).to_owned();
    assert_eq!((&asked["expires_in"], &asked["interval"]), (&900.into(), &2.into()));
    assert_eq!(asked["verification_uri"], format!("{}/activate", serve.url));
    assert_eq!(error_of(&poll(&serve, &device_code)), "authorization_pending");
    assert_eq!(error_of(&poll(&serve, &device_code)), "slow_down");
    serve.clock.advance(Duration::from_secs(5));

    let page = owner.get(text(&asked["verification_uri_complete"]).strip_prefix(&serve.url).expect("own page"));
    let fingerprint: String = pc.key.public().to_string()[..4].to_owned();
    for shown in ["Attic &#60;PC&#62;", text(&asked["user_code"]), &fingerprint, "127.0.0.1", "just now", "Approve", "Deny"] {
        assert!(page.text().contains(shown), "{shown} on {}", page.text());
    }
    let decision = owner.post_form("/activate", &[("user_code", &text(&asked["user_code"]).to_lowercase()), ("decision", "approve")]);
    assert!(decision.text().contains("is yours"));

    let token = poll(&serve, &device_code);
    assert_eq!((token.status, token.header("cache-control")), (200, "no-store"));
    assert_eq!(token.json()["token_type"], "Bearer");
    assert_eq!(error_of(&poll(&serve, &device_code)), "invalid_grant");
    let me = owner.get("/api/v1/me").json();
    assert_eq!((&me["hosts"][0]["id"], &me["hosts"][0]["name"]), (&token.json()["host_id"], &"Attic <PC>".into()));
    assert_eq!((&me["hosts"][0]["online"], &me["hosts"][0]["last_seen_at"]), (&false.into(), &serde_json::Value::Null));
}

#[test]
fn a_denied_host_is_told_so() {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let asked = HomePc::new("Attic").ask(&serve).json();
    let decision = owner.post_form("/activate", &[("user_code", text(&asked["user_code"])), ("decision", "deny")]);
    assert!(decision.text().contains("Denied"));
    assert_eq!(error_of(&poll(&serve, text(&asked["device_code"]))), "access_denied");
    assert_eq!(owner.get("/api/v1/me").json()["hosts"], serde_json::json!([]));
}

#[test]
fn an_expired_code_is_worth_nothing() {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let asked = HomePc::new("Attic").ask(&serve).json();
    serve.clock.advance(Duration::from_secs(15 * 60));
    let decision = owner.post_form("/activate", &[("user_code", text(&asked["user_code"])), ("decision", "approve")]);
    assert_eq!(decision.status, 404);
    assert_eq!(error_of(&poll(&serve, text(&asked["device_code"]))), "expired_token");
}

#[test]
fn a_host_has_one_owner_at_a_time() {
    let serve = TestServe::start();
    let (mut ada, mut bob) = (serve.signed_in("ada"), serve.signed_in("bob"));
    let pc = HomePc::new("Attic");
    let first = pc.clone().pair(&serve, &mut ada);

    let asked = pc.ask(&serve).json();
    let refused = bob.post_form("/activate", &[("user_code", text(&asked["user_code"])), ("decision", "approve")]);
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("belongs to someone else"));

    let again = pc.clone().pair(&serve, &mut ada);
    assert_eq!(again.id, first.id, "the same owner keeps the host's id");
    assert_eq!(ada.post_form(&format!("/hosts/{}/remove", first.id), &[]).status, 303);
    let moved = pc.pair(&serve, &mut bob);
    assert_ne!(moved.id, first.id);
    assert_eq!(ada.get("/api/v1/me").json()["hosts"], serde_json::json!([]));
    assert_eq!(bob.get("/api/v1/me").json()["hosts"][0]["id"], moved.id.as_str());
}

#[test]
fn a_host_must_hold_its_key_and_mean_this_server() {
    let serve = TestServe::start();
    let pc = HomePc::new("Attic");
    let elsewhere = pc.ask_for(&serve, "https://other.example");
    assert_eq!(error_of(&elsewhere), "invalid_request");
    assert!(elsewhere.text().contains(&format!("--server {}", serve.url)));
    let key = pc.key.public().to_string();
    let forged = "A".repeat(86);
    let ask = |fields: &[(&str, &str)]| error_of(&stranger(&serve).post_form("/oauth/device_authorization", fields));
    let all = [("client_id", "iroam-host"), ("host_key", key.as_str()), ("host_name", "Attic"), ("signature", forged.as_str())];
    assert_eq!(ask(&all), "invalid_request");
    assert_eq!(ask(&all[..3]), "invalid_request");
    assert_eq!(ask(&[("client_id", "other"), all[1], all[2], all[3]]), "invalid_client");
    assert_eq!(error_of(&HomePc::new("\u{202e}").ask(&serve)), "invalid_request");
}

#[test]
fn device_codes_are_not_to_be_guessed() {
    let serve = TestServe::start();
    assert_eq!(error_of(&poll(&serve, "ird_x")), "invalid_grant");
    assert_eq!(error_of(&poll(&serve, &format!("ird_{}", "A".repeat(43)))), "invalid_grant");
    let mut owner = serve.signed_in("ada");
    for _ in 0..10 {
        assert_eq!(owner.get("/activate?user_code=BCDF-GHJK").status, 404);
    }
    let held_back = owner.get("/activate?user_code=BCDF-GHJK");
    assert_eq!((held_back.status, held_back.header("retry-after")), (429, "60"));
}

#[test]
fn an_address_that_asks_too_often_waits() {
    let serve = TestServe::start();
    for _ in 0..20 {
        assert_eq!(HomePc::new("Attic").ask(&serve).status, 200);
    }
    let held_back = HomePc::new("Attic").ask(&serve);
    assert_eq!((held_back.status, held_back.header("retry-after")), (429, "30"));
    let forged = Browser { origin: None, ..serve.browser() }.post(
        "/oauth/device_authorization",
        b"client_id=iroam-host&host_key=x&host_name=x&signature=x",
        &[("Content-Type", "application/x-www-form-urlencoded"), ("X-Forwarded-For", "203.0.113.9")],
    );
    assert_eq!(forged.status, 429, "a forged header changes nothing");
}

#[test]
fn the_access_token_tells_where_the_tunnel_is_until_removal() {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let host = HomePc::new("Attic").pair(&serve, &mut owner);
    let ask = |token: &str| stranger(&serve).get_with("/api/v1/host/tunnel", &[("Authorization", &format!("Bearer {token}"))]);
    let told = ask(&host.access_token);
    assert_eq!(told.status, 200);
    let me = owner.get("/api/v1/me").json()["user"]["id"].clone();
    assert_eq!(told.json(), serde_json::json!({ "address": host.address.to_string(), "key": host.server_key.to_string(), "owner": me }));
    assert_eq!(host.address, serve.running().quic_addr());
    assert_eq!(owner.post_json(&format!("/api/v1/hosts/{}/revoke", host.id), &serde_json::json!({})).status, 204);
    assert_eq!(ask(&host.access_token).status, 401);
}
