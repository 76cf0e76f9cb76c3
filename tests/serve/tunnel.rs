use iroam::net::DialError;
use iroam::protocol::tunnel::{CloseCode, Hello, RefusalCode, VersionRange};
use serde_json::json;

use crate::fake_host::HomePc;
use crate::server::TestServe;

fn refusal(error: DialError) -> RefusalCode {
    match error {
        DialError::Refused { code, .. } => code,
        other => panic!("not a refusal: {other}"),
    }
}

#[test]
fn a_paired_host_is_welcomed_and_online_until_it_goes() {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let paired = HomePc::new("Attic").pair(&serve, &mut owner);
    let host = paired.go_online(&serve);
    assert_eq!(host.tunnel.welcome().host_id.to_string(), paired.id);
    assert_eq!(host.tunnel.welcome().ticket_keys.len(), 1);
    let me = || serve.sign_in_by_link("ada").get("/api/v1/me").json()["hosts"][0].clone();
    until(|| me()["online"] == true);
    serve.block_on(host.tunnel.close(CloseCode::GoingAway, "the test ends"));
    until(|| me()["online"] == false);
    assert!(me()["last_seen_at"].is_string());
}

#[test]
fn an_unknown_key_is_refused() {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let mut paired = HomePc::new("Attic").pair(&serve, &mut owner);
    paired.pc = HomePc::new("Attic");
    let refused = serve.block_on(paired.dial()).expect_err("a stranger");
    assert_eq!(refusal(refused), RefusalCode::NotPaired);
}

#[test]
fn a_host_that_speaks_no_common_version_is_told_so() {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let paired = HomePc::new("Attic").pair(&serve, &mut owner);
    let hello = Hello {
        versions: VersionRange { min: 900, max: 901 },
        name: "Attic".to_owned(),
        software: "test".to_owned(),
        prekey: paired.prekey(1),
    };
    let dial = iroam::net::HostTunnel::connect(paired.address, paired.server_key, &paired.pc.key, hello);
    assert_eq!(refusal(serve.block_on(dial).expect_err("from the future")), RefusalCode::NoCommonVersion);
}

#[test]
fn removal_cuts_the_tunnel_at_once_and_for_good() {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let paired = HomePc::new("Attic").pair(&serve, &mut owner);
    let host = paired.go_online(&serve);
    let removed = owner.post_json(&format!("/api/v1/hosts/{}/revoke", paired.id), &json!({}));
    assert_eq!(removed.status, 204);
    assert_eq!(host.closed(), Some(CloseCode::Revoked));
    let refused = serve.block_on(paired.dial()).expect_err("removed");
    assert_eq!(refusal(refused), RefusalCode::NotPaired);
    assert_eq!(owner.post_json(&format!("/api/v1/hosts/{}/revoke", paired.id), &json!({})).status, 404);
}

#[test]
fn a_second_connection_takes_the_firsts_place() {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let paired = HomePc::new("Attic").pair(&serve, &mut owner);
    let first = paired.go_online(&serve);
    let second = paired.go_online(&serve);
    assert_eq!(first.closed(), Some(CloseCode::Replaced));
    let answer = owner.relay(&paired.id, &crate::fake_host::command("still here"));
    assert_eq!(answer.text(), "still here");
    assert_eq!(owner.get("/api/v1/me").json()["hosts"][0]["online"], true);
    drop(second);
}

#[test]
fn a_stop_says_that_it_is_one() {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let paired = HomePc::new("Attic").pair(&serve, &mut owner);
    let host = paired.go_online(&serve);
    let other = crate::server::runtime();
    let closed = other.spawn({
        let tunnel = host.tunnel.clone();
        async move { tunnel.closed().await.code }
    });
    drop(serve);
    assert_eq!(other.block_on(closed).expect("no panic"), Some(CloseCode::GoingAway));
}

/// Repeats `check` until it holds; the test runner's own patience is the limit.
#[track_caller]
pub fn until(mut check: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if check() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("it never came to be");
}
