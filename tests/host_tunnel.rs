//! How a host comes to belong to a server, keeps its tunnel, and takes leave.
#![cfg(feature = "host")]

mod host_kit;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use host_kit::Home;
use host_kit::player::assert_serves;
use host_kit::server::{Heard, Host, config, host_id, http, listener, self_signed, server_key, welcome, write_pairing};
use iroam::auth::device_key::pairing_message;
use iroam::auth::{DeviceKey, DevicePublicKey, b64};
use iroam::protocol::tunnel::{CloseCode, RefusalCode};
use serde_json::json;

const NO_HTTP: &str = "http://127.0.0.1:9";

fn paired_home(tunnel: std::net::SocketAddr) -> Home {
    let home = Home::new();
    write_pairing(&home.data, NO_HTTP, tunnel, &server_key());
    home
}

#[tokio::test]
async fn a_revoked_host_forgets_its_pairing_and_says_so() {
    let listener = listener();
    let home = paired_home(listener.local_addr());
    let host = Host::start(config(&home, NO_HTTP));
    let tunnel = welcome(&listener).await;
    assert_serves(&tunnel).await;
    tunnel.close(CloseCode::Revoked, "removed by its owner");
    let error = host.ended().await.expect_err("no use in going on");
    assert_eq!(error.to_string(), "this host was removed from its account; start it again to pair it anew");
    assert!(!home.data.join("pairing.json").exists());
    assert!(home.data.join("identity.key").exists());
}

#[tokio::test]
async fn a_host_that_is_not_known_any_more_forgets_its_pairing() {
    let listener = listener();
    let home = paired_home(listener.local_addr());
    let host = Host::start(config(&home, NO_HTTP));
    let pending = listener.accept().await.expect("open").handshake().await.expect("a good hello");
    pending.refuse(RefusalCode::NotPaired, "this host is not paired").await;
    let error = host.ended().await.expect_err("no use in going on");
    assert!(error.to_string().contains("removed from its account"), "{error}");
    assert!(!home.data.join("pairing.json").exists());
}

#[tokio::test]
async fn a_replaced_host_gives_way_and_stays_paired() {
    let listener = listener();
    let home = paired_home(listener.local_addr());
    let host = Host::start(config(&home, NO_HTTP));
    welcome(&listener).await.close(CloseCode::Replaced, "connected from elsewhere");
    let error = host.ended().await.expect_err("no use in fighting");
    assert!(error.to_string().contains("another host with the same identity"), "{error}");
    assert!(home.data.join("pairing.json").exists());
}

#[tokio::test]
async fn a_server_that_goes_away_is_dialled_again() {
    let listener = listener();
    let home = paired_home(listener.local_addr());
    let host = Host::start(config(&home, NO_HTTP));
    for _ in 0..3 {
        let tunnel = welcome(&listener).await;
        assert_serves(&tunnel).await;
        tunnel.close(CloseCode::GoingAway, "restarting");
    }
    let tunnel = welcome(&listener).await;
    assert_serves(&tunnel).await;
    let ((), closed) = tokio::join!(host.stop(), tunnel.closed());
    assert_eq!(closed.code, Some(CloseCode::GoingAway));
}

/// A server's HTTP end that says where its tunnel is, and remembers who asked.
fn tunnel_entry(status: u16, body: String) -> (String, Arc<Mutex<Vec<Option<String>>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard_by = asked.clone();
    let url = http(move |heard| {
        assert_eq!(heard.what, "GET /api/v1/host/tunnel");
        heard_by.lock().expect("unpoisoned").push(heard.authorization);
        (status, body.clone())
    });
    (url, asked)
}

#[tokio::test]
async fn a_server_with_another_key_is_left_until_https_confirms_the_key() {
    let listener = listener();
    let entry = json!({ "address": listener.local_addr().to_string(), "key": server_key().public().to_string() });
    let (url, asked) = tunnel_entry(200, entry.to_string());
    let home = Home::new();
    write_pairing(&home.data, &url, listener.local_addr(), &DeviceKey::from_seed(&[88; 32]));
    let host = Host::start(config(&home, &url));
    let first = listener.accept().await.expect("open").handshake().await;
    assert!(first.is_err(), "the pinned key is another");
    let tunnel = welcome(&listener).await;
    assert_serves(&tunnel).await;
    assert_eq!(asked.lock().expect("unpoisoned")[0].as_deref(), Some("Bearer irh_test"));
    let kept = fs::read_to_string(home.data.join("pairing.json")).expect("kept");
    assert!(kept.contains(&server_key().public().to_string()));
    host.stop().await;
}

#[tokio::test]
async fn a_tunnel_that_has_moved_is_asked_for_after_the_first_dial() {
    let listener = listener();
    let entry = json!({ "address": listener.local_addr().to_string(), "key": server_key().public().to_string() });
    let (url, asked) = tunnel_entry(200, entry.to_string());
    // Takes every packet and answers none, as an address does that is nobody's any more.
    let left_behind = std::net::UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let home = Home::new();
    write_pairing(&home.data, &url, left_behind.local_addr().expect("bound"), &server_key());
    let host = Host::start(config(&home, &url));
    let tunnel = welcome(&listener).await;
    assert_serves(&tunnel).await;
    assert_eq!(asked.lock().expect("unpoisoned").len(), 1);
    let kept = fs::read_to_string(home.data.join("pairing.json")).expect("kept");
    assert!(kept.contains(&listener.local_addr().to_string()));
    host.stop().await;
}

#[tokio::test]
async fn a_host_whose_server_is_silent_can_be_stopped() {
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let home = paired_home(silent.local_addr().expect("bound"));
    let host = Host::start(config(&home, NO_HTTP));
    silent.recv_from(&mut [0; 2048]).await.expect("a dial");
    host.stop().await;
}

#[tokio::test]
async fn a_host_whose_token_is_refused_was_removed() {
    let listener = listener();
    let (url, _) = tunnel_entry(401, r#"{"errors":[]}"#.to_owned());
    let home = Home::new();
    write_pairing(&home.data, &url, listener.local_addr(), &DeviceKey::from_seed(&[88; 32]));
    let host = Host::start(config(&home, &url));
    let shown_another_key = listener.accept().await.expect("open").handshake().await;
    assert!(shown_another_key.is_err());
    let error = host.ended().await.expect_err("no use in going on");
    assert!(error.to_string().contains("removed from its account"), "{error}");
    assert!(!home.data.join("pairing.json").exists());
}

/// A form's fields, decoded as far as these tests need it.
fn field<'a>(body: &'a str, name: &str) -> &'a str {
    body.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap_or_else(|| panic!("{name} in {body}"))
}

fn authorization(expires_in: u64) -> String {
    json!({ "device_code": "ird_code", "user_code": "BCDF-GHJK", "verification_uri": "http://x/activate",
        "verification_uri_complete": "http://x/activate?user_code=BCDF-GHJK", "expires_in": expires_in, "interval": 1 })
    .to_string()
}

fn oauth_error(code: &str) -> (u16, String) {
    (400, json!({ "error": code }).to_string())
}

#[tokio::test]
async fn a_new_host_pairs_and_connects() {
    let listener = listener();
    let tunnel = json!({ "address": listener.local_addr().to_string(), "key": server_key().public().to_string() });
    let token = json!({ "access_token": "irh_made", "token_type": "Bearer", "host_id": host_id(), "tunnel": tunnel }).to_string();
    let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
    let (log, mut polls) = (heard.clone(), ["authorization_pending", "expired_token"].into_iter());
    let url = http(move |heard| {
        let answer = match heard.what.as_str() {
            "POST /oauth/device_authorization" => (200, authorization(900)),
            "POST /oauth/token" => polls.next().map_or((200, token.clone()), oauth_error),
            other => panic!("{other}"),
        };
        log.lock().expect("unpoisoned").push(heard);
        answer
    });
    let home = Home::new();
    let host = Host::start(config(&home, &format!("{url}/")));
    let tunnel = welcome(&listener).await;
    assert_serves(&tunnel).await;
    {
        let heard = heard.lock().expect("unpoisoned");
        let asked: Vec<_> = heard.iter().map(|heard| heard.what.rsplit('/').next().expect("a path")).collect();
        assert_eq!(asked, ["device_authorization", "token", "token", "device_authorization", "token"]);
        let body = &heard[0].body;
        let key = DevicePublicKey::parse(field(body, "host_key")).expect("a key");
        let signature = b64::decode::<64>(field(body, "signature")).expect("a signature");
        assert!(key.verify(&pairing_message(&url), &signature));
        assert_eq!((key, field(body, "host_name")), (tunnel.peer_key(), "Attic"));
        assert_eq!(field(&heard[1].body, "device_code"), "ird_code");
    }
    let mode = fs::metadata(home.data.join("pairing.json")).expect("kept").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let ((), _) = tokio::join!(host.stop(), tunnel.closed());
    // The second start needs no pairing.
    let host = Host::start(config(&home, &url));
    assert_serves(&welcome(&listener).await).await;
    assert_eq!(heard.lock().expect("unpoisoned").len(), 5);
    host.stop().await;
}

#[tokio::test]
async fn an_owner_who_declines_is_obeyed() {
    let url = http(|heard| match heard.what.as_str() {
        "POST /oauth/device_authorization" => (200, authorization(900)),
        _ => oauth_error("access_denied"),
    });
    let home = Home::new();
    let error = Host::start(config(&home, &url)).ended().await.expect_err("declined");
    assert_eq!(error.to_string(), "pairing was refused by its owner");
    assert!(!home.data.join("pairing.json").exists());
}

#[tokio::test]
async fn a_server_that_cannot_pair_is_told_apart() {
    let fails = async |url: &str| {
        let home = Home::new();
        Host::start(config(&home, url)).ended().await.expect_err("refused").to_string()
    };
    let unreachable = fails(NO_HTTP).await;
    assert!(unreachable.contains("cannot be reached"), "{unreachable}");
    let website = http(|_| (404, "<html>nothing here</html>".to_owned()));
    assert_eq!(fails(&website).await, format!("{website} is not an iRoam server: check the URL"));
    let moved = http(|_| (302, String::new()));
    assert!(fails(&moved).await.contains("is not an iRoam server"));
    let refusing =
        http(|_| (400, json!({ "error": "invalid_request", "error_description": "start the host with\u{1b} --server X" }).to_string()));
    assert_eq!(fails(&refusing).await, "the server refused to pair this host: start the host with --server X");
    for url in [self_signed(), website.replace("http://", "https://")] {
        let untrusted = fails(&url).await;
        assert!(untrusted.contains("has no valid TLS certificate"), "{untrusted}");
    }
    assert!(fails("http://iroam.example").await.contains("use https://"));
    assert!(fails("iroam.example").await.contains("is not a server URL"));
}

#[tokio::test]
async fn a_host_that_waits_for_its_owner_can_be_stopped() {
    let url = http(|heard| match heard.what.as_str() {
        "POST /oauth/device_authorization" => (200, authorization(900)),
        _ => oauth_error("authorization_pending"),
    });
    let home = Home::new();
    Host::start(config(&home, &url)).stop().await;
}

#[tokio::test]
async fn two_hosts_do_not_share_a_data_folder() {
    let listener = listener();
    let home = paired_home(listener.local_addr());
    let host = Host::start(config(&home, NO_HTTP));
    let tunnel = welcome(&listener).await;
    let error = Host::start(config(&home, NO_HTTP)).ended().await.expect_err("refused");
    assert!(error.to_string().contains("is used by another iroam host"), "{error}");
    let error = iroam::host::scan_once(std::slice::from_ref(&home.media), &[], &home.data, env!("CARGO_BIN_EXE_iroam").into())
        .expect_err("refused");
    assert!(error.to_string().contains("is used by another iroam host"), "{error}");
    assert_serves(&tunnel).await;
    host.stop().await;
}

#[tokio::test]
async fn secrets_that_are_damaged_or_loose_stop_the_host() {
    let listener = listener();
    for name in ["identity.key", "pairing.json"] {
        let home = paired_home(listener.local_addr());
        let path = home.data.join(name);
        fs::write(&path, "not what it was").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("private");
        let damaged = Host::start(config(&home, NO_HTTP)).ended().await.expect_err("refused").to_string();
        assert!(damaged.contains(name) && damaged.contains("is damaged"), "{damaged}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("loosened");
        let loose = Host::start(config(&home, NO_HTTP)).ended().await.expect_err("refused").to_string();
        assert!(loose.contains("chmod 600"), "{loose}");
        assert_eq!(fs::read_to_string(&path).expect("left alone"), "not what it was");
    }
}

#[tokio::test]
async fn a_media_folder_that_does_not_exist_is_named() {
    let home = Home::new();
    let mut config = config(&home, NO_HTTP);
    config.media.push(home.media.join("no such folder"));
    let error = Host::start(config).ended().await.expect_err("refused");
    assert!(error.to_string().contains("no such folder"), "{error}");
}
