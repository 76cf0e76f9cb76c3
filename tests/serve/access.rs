use serde_json::json;

use crate::fake_host::{HomePc, command};
use crate::server::TestServe;

/// Two users, two hosts, every route that names a host or a session: each reaches its own and nothing of the other's.
#[test]
fn nobody_reaches_anothers_host() {
    let serve = TestServe::start();
    let mut users = [serve.signed_in("ada"), serve.signed_in("bob")];
    let hosts = [HomePc::new("Attic").pair(&serve, &mut users[0]), HomePc::new("Cellar").pair(&serve, &mut users[1])];
    let online = [hosts[0].go_online(&serve), hosts[1].go_online(&serve)];
    let key = iroam::auth::DeviceKey::from_seed(&[5; 32]).public().to_string();
    let mut sessions = Vec::new();
    for (user, browser) in users.iter_mut().enumerate() {
        for (owner, host) in hosts.iter().enumerate() {
            let own = user == owner;
            let opened = browser.post_json("/api/v1/sessions", &json!({ "host_id": host.id, "player_key": key }));
            assert_eq!(opened.status, if own { 201 } else { 404 });
            sessions.extend(own.then(|| opened.json()["session_id"].as_str().map(str::to_owned)).flatten());
            assert_eq!(browser.relay(&host.id, &command("hello")).status, if own { 200 } else { 404 });
            assert_eq!(browser.get(&format!("/hosts/{}/remove", host.id)).status, if own { 200 } else { 404 });
        }
        let listed = browser.get("/api/v1/me").json()["hosts"].clone();
        assert_eq!(listed.as_array().map(Vec::len), Some(1));
        assert_eq!(listed[0]["id"], hosts[user].id.as_str());
        let dashboard = browser.get("/").text();
        assert!(dashboard.contains(&hosts[user].id) && !dashboard.contains(&hosts[1 - user].id));
    }
    for (user, browser) in users.iter_mut().enumerate() {
        for (owner, session) in sessions.iter().enumerate() {
            let renewed = browser.post_json(&format!("/api/v1/sessions/{session}/renew"), &json!({}));
            assert_eq!(renewed.status, if user == owner { 200 } else { 404 });
        }
        let other = &hosts[1 - user].id;
        assert_eq!(browser.post_json(&format!("/api/v1/hosts/{other}/revoke"), &json!({})).status, 404);
        assert_eq!(browser.post_form(&format!("/hosts/{other}/remove"), &[]).status, 404);
    }
    for (user, browser) in users.iter_mut().enumerate() {
        assert_eq!(browser.relay(&hosts[user].id, &command("still mine")).text(), "still mine");
    }
    drop(online);
}
