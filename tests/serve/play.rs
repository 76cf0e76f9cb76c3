use std::time::Duration;

use iroam::auth::{DeviceKey, DevicePublicKey, TicketVerifier, proof};
use iroam::types::{Clock, SessionId};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::fake_host::{HomePc, Paired};
use crate::server::TestServe;

fn stage() -> (TestServe, Browser, Paired) {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let paired = HomePc::new("Attic").pair(&serve, &mut owner);
    (serve, owner, paired)
}

fn player_key() -> DevicePublicKey {
    DeviceKey::from_seed(&[5; 32]).public()
}

fn open(owner: &mut Browser, host: &str) -> Value {
    let answer = owner.post_json("/api/v1/sessions", &json!({ "host_id": host, "player_key": player_key().to_string() }));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn renew(owner: &mut Browser, session: &Value) -> crate::browser::Answer {
    let id = session["session_id"].as_str().expect("an id");
    owner.post_json(&format!("/api/v1/sessions/{id}/renew"), &json!({}))
}

#[test]
fn a_session_brings_a_ticket_that_the_host_honours() {
    let (serve, mut owner, paired) = stage();
    let host = paired.go_online(&serve);
    let session = open(&mut owner, &paired.id);
    assert_eq!(session["host"]["name"], "Attic");
    assert_eq!(session["host"]["online"], true);
    assert_eq!(session["drivers"], json!([{ "name": "relay", "url": format!("/api/v1/hosts/{}/relay", paired.id) }]));
    let prekey = paired.prekey(1);
    let told = json!({ "key": prekey.key, "not_after_ms": prekey.not_after_ms.0, "signature": prekey.signature });
    assert_eq!(session["keys"], json!({ "key": paired.pc.key.public().to_string(), "prekey": told }));
    assert_eq!(session["price"], json!({ "tariff_version": 1, "per_minute": { "micros": 0, "currency": "EUR" }, "free": true }));
    assert_eq!(session["server_time"], serve.clock.now().to_rfc3339());
    assert_eq!(session["ticket_expires_at"], serve.clock.now().plus(Duration::from_secs(120)).to_rfc3339());

    let welcome = host.tunnel.welcome();
    let keys = welcome.ticket_keys.iter().map(|key| (key.kid.clone(), DevicePublicKey::parse(&key.key).expect("a key"))).collect();
    let verifier = TicketVerifier::new(welcome.host_id, keys, Duration::from_secs(5));
    let claims = verifier.verify(session["ticket"].as_str().expect("a ticket"), serve.clock.now()).expect("honoured");
    assert_eq!(claims.cnf, proof::thumbprint(&player_key()));
    assert_eq!(claims.sid.to_string(), session["session_id"]);
    assert_eq!(claims.minute, 0);
}

#[test]
fn a_new_prekey_is_told_with_the_next_renewal_and_none_of_a_host_that_is_off_line() {
    let (serve, mut owner, paired) = stage();
    let session = open(&mut owner, &paired.id);
    assert_eq!(session["keys"]["prekey"], Value::Null);
    let host = paired.go_online(&serve);
    let report = iroam::protocol::tunnel::Report::Prekey { prekey: paired.prekey(2) };
    serve.block_on(host.tunnel.report(&report)).expect("told");
    crate::tunnel::until(|| renew(&mut owner, &session).json()["keys"]["prekey"]["key"] == paired.prekey(2).key);
    serve.block_on(host.tunnel.close(iroam::protocol::tunnel::CloseCode::GoingAway, "the test says so"));
    crate::tunnel::until(|| renew(&mut owner, &session).json()["keys"]["prekey"] == Value::Null);
}

#[test]
fn a_renewal_goes_on_where_the_session_was() {
    let (serve, mut owner, paired) = stage();
    let first = open(&mut owner, &paired.id);
    serve.clock.advance(Duration::from_secs(61));
    let renewed = renew(&mut owner, &first).json();
    assert_eq!(renewed["session_id"], first["session_id"]);
    assert_ne!(renewed["ticket"], first["ticket"]);
    assert_eq!(renewed["host"]["online"], false);
}

#[test]
fn a_renewal_works_after_a_restart() {
    let (serve, mut owner, paired) = stage();
    let session = open(&mut owner, &paired.id);
    let serve = serve.restart();
    let mut browser = Browser { cookie: owner.cookie, ..serve.browser() };
    let renewed = renew(&mut browser, &session);
    assert_eq!((renewed.status, &renewed.json()["session_id"]), (200, &session["session_id"]));
}

#[test]
fn a_session_ends_with_its_host_and_with_time() {
    let (serve, mut owner, paired) = stage();
    let session = open(&mut owner, &paired.id);
    let other = HomePc::new("Cellar").pair(&serve, &mut owner);
    let forgotten = open(&mut owner, &other.id);
    owner.post_json(&format!("/api/v1/hosts/{}/revoke", paired.id), &json!({}));
    assert_eq!(renew(&mut owner, &session).error_code(), "not_found");
    serve.clock.advance(Duration::from_secs(25 * 60 * 60));
    assert_eq!(renew(&mut owner, &forgotten).error_code(), "not_found");
}

#[test]
fn a_session_needs_a_usable_key() {
    let (_serve, mut owner, paired) = stage();
    let weak = iroam::auth::b64::encode(&[0; 32]);
    for key in ["", "x", weak.as_str()] {
        let refused = owner.post_json("/api/v1/sessions", &json!({ "host_id": paired.id, "player_key": key }));
        assert_eq!((refused.status, refused.error_code().as_str()), (400, "bad_request"), "{key}");
    }
    let unknown = SessionId::new(iroam::types::UnixMs(0), [0; 10]).to_string();
    assert_eq!(renew(&mut owner, &json!({ "session_id": unknown })).status, 404);
}
