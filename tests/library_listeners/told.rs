//! What a host tells players of changes, over a real tunnel.

use std::fs;
use std::time::Duration;

use iroam::auth::Claims;
use iroam::host::library::{Brought, Library};
use iroam::net::TunnelListener;
use iroam::protocol::{BrowsePage, ChangedTracks, ErrorCode, Reply, ReplyHeader, TrackRow};
use iroam::types::{Clock, SystemClock, UserId};

use crate::host_kit::Home;
use crate::host_kit::player::{Answered, BOUND, assert_serves, auth, claims, exchange, player_key, sign, tracks, wire};
use crate::host_kit::server::{Host, Line, config, host_id, listener, server_key, signer, welcome, write_pairing};

/// Nobody answers there.
const NO_HTTP: &str = "http://127.0.0.1:9";

struct Stage {
    home: Home,
    _listener: TunnelListener,
    tunnel: Line,
    host: Host,
    rows: Vec<TrackRow>,
}

async fn stage() -> Stage {
    let home = Home::new();
    home.song("a.flac", &[("title", "A")]);
    home.song("b.flac", &[("title", "B")]);
    let listener = listener();
    write_pairing(&home.data, NO_HTTP, listener.local_addr(), &server_key());
    let host = Host::start(config(&home, NO_HTTP));
    let tunnel = welcome(&listener).await;
    let rows = tracks(&tunnel, 2).await;
    Stage { home, _listener: listener, tunnel, host, rows }
}

fn user(n: u8) -> UserId {
    crate::listener(n)
}

async fn ask_as(tunnel: &Line, who: u8, request: &str) -> Answered {
    let claims = Claims { sub: Claims::subject(user(who)), ..claims(host_id(), SystemClock.now()) };
    exchange(tunnel, wire(&auth(&player_key(), &sign(&signer(), &claims), request), request)).await
}

fn version(answered: &Answered) -> (u64, bool) {
    let Reply::Changes { version, reset } = answered.reply() else { panic!("{answered:?}") };
    (*version, *reset)
}

async fn now(tunnel: &Line) -> u64 {
    version(&ask_as(tunnel, 1, r#"{"op":"changes"}"#).await).0
}

async fn wait(tunnel: &Line, who: u8, since: u64, wait_ms: u32) -> (u64, bool, ChangedTracks) {
    let request = format!(r#"{{"op":"changes","since":{since},"wait_ms":{wait_ms}}}"#);
    let mut answered = ask_as(tunnel, who, &request).await;
    // Until its request is read it takes a place like any other: of many that come in one instant some come again.
    while matches!(&answered.header, ReplyHeader::Error { error } if error.code == ErrorCode::Busy) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        answered = ask_as(tunnel, who, &request).await;
    }
    let (version, reset) = version(&answered);
    (version, reset, serde_json::from_slice(&answered.body).expect("a body"))
}

/// The looks for what other programs wrote may find what this one did at its start: it is waited for until nothing comes.
async fn settled(tunnel: &Line) -> u64 {
    let mut since = now(tunnel).await;
    loop {
        let (version, ..) = wait(tunnel, 1, since, 5_000).await;
        if version == since {
            return since;
        }
        since = version;
    }
}

async fn row(tunnel: &Line, who: u8, id: impl std::fmt::Display) -> TrackRow {
    let answered = ask_as(tunnel, who, &format!(r#"{{"op":"tracks","ids":["{id}"]}}"#)).await;
    serde_json::from_slice::<BrowsePage>(&answered.body).expect("a page").tracks.remove(0)
}

#[tokio::test]
async fn a_listener_rates_and_reports_and_sees_it_and_nobody_else_does() {
    let Stage { tunnel, host, rows, home: _home, .. } = stage().await;
    let id = rows[0].id;
    let since = settled(&tunnel).await;
    let event = uuid::Uuid::from_u128(5);
    for request in [
        format!(r#"{{"op":"rate","tracks":["{id}"],"rating":80}}"#),
        format!(r#"{{"op":"love","tracks":["{id}"],"loved":true}}"#),
        format!(r#"{{"op":"played","reports":[{{"track":"{id}","event":"{event}","at_ms":5,"heard_ms":900,"of_ms":1000,"ended":true}}]}}"#),
        format!(r#"{{"op":"played","reports":[{{"track":"{id}","event":"{event}","at_ms":5,"heard_ms":900,"of_ms":1000,"ended":true}}]}}"#),
        format!(r#"{{"op":"resume","track":"{id}","position_ms":500}}"#),
        format!(r#"{{"op":"reset","tracks":["{id}"],"what":"skips"}}"#),
    ] {
        ask_as(&tunnel, 1, &request).await.reply();
    }
    let listened = row(&tunnel, 1, id).await.listened;
    assert_eq!((listened.plays, listened.rating, listened.loved, listened.resume_ms), (1, Some(80), true, None));
    assert!(row(&tunnel, 2, id).await.listened.is_nothing());
    let (_, reset, told) = wait(&tunnel, 1, since, 10_000).await;
    assert_eq!((reset, told), (false, ChangedTracks { changed: vec![id], removed: vec![] }));
    let (_, reset, told) = wait(&tunnel, 2, since, 100).await;
    assert_eq!((reset, told), (false, ChangedTracks::default()));
    let old = wait(&tunnel, 2, 1, 10_000).await;
    assert!(old.1, "what was before the start is not known");
    assert_eq!(ask_as(&tunnel, 1, r#"{"op":"changes","wait_ms":60000}"#).await.error(), ErrorCode::BadRequest);
    host.stop().await;
}

#[tokio::test]
async fn many_wait_without_taking_anybodys_place_and_all_hear_of_a_change() {
    let Stage { tunnel, host, rows, home: _home, .. } = stage().await;
    let since = settled(&tunnel).await;
    let tunnel = std::sync::Arc::new(tunnel);
    let mut waiters = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let tunnel = tunnel.clone();
        waiters.spawn(async move { wait(&tunnel, 1, since, 25_000).await });
    }
    // More than are worked on at a time.
    tokio::time::sleep(Duration::from_secs(2)).await;
    for _ in 0..5 {
        assert_serves(&tunnel).await;
    }
    let id = rows[1].id;
    ask_as(&tunnel, 1, &format!(r#"{{"op":"love","tracks":["{id}"],"loved":true}}"#)).await.reply();
    while let Some(waiter) = waiters.join_next().await {
        let (_, reset, told) = waiter.expect("answered");
        assert_eq!((reset, told.changed), (false, vec![id]));
    }
    host.stop().await;
}

#[tokio::test]
async fn the_end_of_the_host_ends_the_waiting() {
    let Stage { tunnel, host, home: _home, .. } = stage().await;
    let since = settled(&tunnel).await;
    let request = format!(r#"{{"op":"changes","since":{since},"wait_ms":25000}}"#);
    let bytes = wire(&auth(&player_key(), &crate::host_kit::player::good_ticket(), &request), &request);
    let (answer, ()) = tokio::join!(async { tunnel.send(bytes).await.map(|_| ()) }, async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        tokio::time::timeout(Duration::from_secs(15), host.stop()).await.expect("it does not wait for the waiters");
    });
    assert!(answer.is_err());
}

#[tokio::test]
async fn what_another_program_brings_is_noticed() {
    let Stage { tunnel, host, rows, home, .. } = stage().await;
    let since = settled(&tunnel).await;
    let data = home.data.clone();
    let track = rows[0].id;
    let brought = Brought {
        track,
        plays: 3,
        skips: 0,
        last_played_ms: None,
        last_skipped_ms: None,
        rating: None,
        loved: false,
        added_ms: None,
        is_own: false,
    };
    // As `iroam host import` beside the host does: a library of its own on the same files.
    let import = move || Library::open(&data).and_then(|library| library.bring(user(1), &[brought], SystemClock.now()));
    tokio::task::spawn_blocking(import).await.expect("joined").expect("brought");
    let heard = async {
        let mut since = since;
        loop {
            let (version, reset, _) = wait(&tunnel, 1, since, 10_000).await;
            if reset {
                return;
            }
            since = version;
        }
    };
    tokio::time::timeout(BOUND, heard).await.expect("noticed");
    assert_eq!(row(&tunnel, 1, track).await.listened.plays, 3);
    fs::metadata(home.data.join("listeners-copies")).expect("the first copy is made at the start");
    host.stop().await;
}
