//! The same serve on PostgreSQL.

use std::time::Duration;

use iroam::store::{Location, ServerOptions};
use serde_json::json;

use crate::browser::Browser;
use crate::fake_host::{FakeHost, HomePc, Paired, command};
use crate::postgres_kit::Server;
use crate::server::{PASSWORD, TestServe, config};
use crate::tunnel::until;

pub fn location(url: &str) -> Option<Location> {
    Some(Location::parse(url, &ServerOptions::default()).expect("an address of a database"))
}

fn open_session(owner: &mut Browser, host: &str) -> String {
    let player_key = iroam::auth::DeviceKey::from_seed(&[5; 32]).public().to_string();
    let opened = owner.post_json("/api/v1/sessions", &json!({ "host_id": host, "player_key": player_key }));
    assert_eq!(opened.status, 201, "{}", opened.text());
    opened.json()["session_id"].as_str().expect("an id").to_owned()
}

fn renew(owner: &mut Browser, session: &str) -> (u16, String) {
    let answer = owner.post_json(&format!("/api/v1/sessions/{session}/renew"), &json!({}));
    let told = answer.json();
    (answer.status, told["ticket"].as_str().or(told["errors"][0]["code"].as_str()).unwrap_or_default().to_owned())
}

/// An account, signed in by password; a host, paired and playing; a restart; the host's removal.
fn walk(database: Option<Location>) {
    let serve = TestServe::start_on(database);
    drop(serve.signed_in("ada"));
    let mut owner = serve.browser();
    let signed_in = owner.post_form("/sign-in", &[("name", "Ada"), ("password", PASSWORD), ("next", "/player")]);
    assert_eq!((signed_in.status, signed_in.header("location")), (303, "/player"));
    let paired = HomePc::new("Dachboden ♪").pair(&serve, &mut owner);
    let session = open_session(&mut owner, &paired.id);
    let host = paired.go_online(&serve);
    assert_eq!(owner.relay(&paired.id, &command("hello")).text(), "hello");
    assert!(owner.get("/").text().contains("Dachboden ♪"));
    drop(host);

    let serve = serve.restart();
    let mut owner = Browser { cookie: owner.cookie, ..serve.browser() };
    assert_eq!(renew(&mut owner, &session).0, 200);
    assert_eq!(owner.get("/api/v1/me").json()["hosts"][0]["name"], "Dachboden ♪");
    assert_eq!(owner.post_json(&format!("/api/v1/hosts/{}/revoke", paired.id), &json!({})).status, 204);
    assert_eq!(renew(&mut owner, &session), (404, "not_found".to_owned()));
    assert_eq!(owner.post_form("/sign-out", &[]).status, 303);
    assert_eq!(owner.get("/api/v1/me").status, 401);
}

#[test]
fn the_whole_walk_is_the_same_on_either_engine() {
    walk(None);
    walk(location(&Server::shared().new_database()));
}

struct Playing {
    serve: TestServe,
    owner: Browser,
    paired: Paired,
    host: FakeHost,
    session: String,
}

fn playing(server: &Server) -> Playing {
    let serve = TestServe::start_on(location(&server.new_database()));
    let mut owner = serve.signed_in("ada");
    let paired = HomePc::new("Attic").pair(&serve, &mut owner);
    let host = paired.go_online(&serve);
    let session = open_session(&mut owner, &paired.id);
    assert_eq!(owner.relay(&paired.id, &command("hello")).text(), "hello");
    Playing { serve, owner, paired, host, session }
}

/// What a browser sees of it says nothing of where the database is or what it said.
fn keeps_quiet(said: &str, server: &Server) {
    for word in [server.port().to_string().as_str(), "postgres", "SQL", "refused", "127.0.0.1:2"] {
        assert!(!said.contains(word), "{word}: {said}");
    }
}

#[test]
fn music_goes_on_while_the_database_is_away_and_everything_is_there_when_it_is_back() {
    let server = Server::start(&[]);
    let Playing { serve, mut owner, paired, host, session } = playing(&server);
    server.kill();
    until(|| serve.browser().get("/healthz").status == 503);
    assert_eq!(owner.relay(&paired.id, &command("still playing")).text(), "still playing");
    let same = || Browser { cookie: owner.cookie.clone(), ..serve.browser() };
    let stranger = || Browser { cookie: Some(format!("iroam_session=irs_{}", "A".repeat(43))), ..serve.browser() };
    // Each waits for the database in vain: together they wait once.
    let (me, page, renewed, unseen) = std::thread::scope(|scope| {
        let me = scope.spawn(|| same().get("/api/v1/me"));
        let page = scope.spawn(|| same().get("/"));
        let renewed = scope.spawn(|| renew(&mut same(), &session));
        let unseen = scope.spawn(|| stranger().relay(&paired.id, &command("let me in")));
        (me.join().expect("told"), page.join().expect("told"), renewed.join().expect("told"), unseen.join().expect("told"))
    });
    assert_eq!((me.status, me.error_code().as_str(), me.header("retry-after")), (503, "unavailable", "5"));
    assert_eq!((page.status, page.header("retry-after")), (503, "5"));
    assert!(page.text().contains("cannot reach its database") && page.text().contains("Try again"), "{}", page.text());
    assert_eq!(renewed, (503, "unavailable".to_owned()));
    assert_eq!((unseen.status, unseen.error_code().as_str()), (503, "unavailable"));
    [&me, &page, &unseen].iter().for_each(|answer| keeps_quiet(&answer.text(), &server));
    // What was said long ago does not count any more.
    serve.clock.advance(Duration::from_secs(121));
    let late = owner.relay(&paired.id, &command("too late"));
    assert_eq!((late.status, late.error_code().as_str()), (503, "unavailable"));

    server.restart();
    until(|| serve.browser().get("/healthz").status == 200);
    assert_eq!(renew(&mut owner, &session).0, 200);
    assert_eq!(owner.relay(&paired.id, &command("hello again")).text(), "hello again");
    drop(host);
}

#[test]
fn music_goes_on_while_the_database_hangs() {
    let server = Server::start(&[]);
    let Playing { serve, mut owner, paired, host, .. } = playing(&server);
    server.suspend();
    assert_eq!(owner.relay(&paired.id, &command("still playing")).text(), "still playing");
    assert_eq!(serve.browser().get("/healthz").status, 503);
    server.resume();
    until(|| serve.browser().get("/healthz").status == 200);
    drop(host);
}

#[test]
fn a_host_that_comes_while_the_database_is_away_stays_paired() {
    let server = Server::start(&[]);
    let Playing { serve, owner, paired, host, .. } = playing(&server);
    drop(host);
    server.kill();
    until(|| serve.browser().get("/healthz").status == 503);
    let turned_away = serve.block_on(paired.dial()).map(drop).expect_err("nobody can look it up");
    assert!(!matches!(turned_away, iroam::net::DialError::Refused { .. }), "{turned_away}");
    server.restart();
    until(|| serve.block_on(paired.dial()).is_ok());
    drop(owner);
}

#[test]
fn waits_for_a_database_that_starts_later_but_not_for_ever() {
    let server = Server::start(&[]);
    let url = server.new_database();
    server.stop_fast();
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = config(folder.path());
    config.data.database = location(&url);
    let hasty =
        iroam::serve::ServeConfig { limits: iroam::serve::Limits { database_start: Duration::ZERO, ..config.limits }, ..config.clone() };
    let refused = crate::server::runtime().block_on(iroam::serve::start(hasty)).err().expect("nobody answers");
    let refused = format!("{refused:#}");
    assert!(refused.contains("cannot be reached") && refused.contains(&server.port().to_string()), "{refused}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "no keys for a database that nobody has seen");
    let serve = std::thread::scope(|scope| {
        let starting = scope.spawn(|| TestServe::start_in(folder, config));
        server.restart();
        starting.join().expect("it starts")
    });
    assert_eq!(serve.browser().get("/healthz").status, 200);
}
