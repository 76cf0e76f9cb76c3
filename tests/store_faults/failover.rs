//! The primary dies and its synchronous standby takes over, or the standby is away for a while.

use std::time::Duration;

use tokio::task::block_in_place;
use tokio::time::sleep;

use super::judge;
use super::load::{CALLERS, Load, none};
use super::postgres::durable_server;
use super::postgres_kit::Server;
use super::seed::Random;
use super::tally::Tally;

/// A primary with its standby, and the address of a database that names both.
fn pair() -> (Server, Server, String) {
    let primary = durable_server(&[]);
    let name = primary.new_database();
    let name = name.rsplit('/').next().expect("a split has a last part");
    let standby = primary.standby();
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", primary.port(), standby.port());
    let url = format!("postgres://iroam@{hosts}/{name}?target_session_attrs=read-write");
    (primary, standby, url)
}

fn database(url: &str) -> &str {
    url.split('?').next().expect("a split has a first part")
}

/// The primary dies, or only hangs: then its connections stay.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_a_fail_over() {
    let mut random = Random::of("fail-over");
    for (how, harm) in [("dies", Server::kill as fn(&Server)), ("dies again", Server::kill), ("hangs", Server::suspend)] {
        let (primary, standby, url) = block_in_place(pair);
        let store = super::open(&url).await;
        let mut load = Load::start(&store, none);
        load.is_acknowledged(200).await;
        load.check(|floor| judge::of_postgres(&primary, database(&url), floor)).await;
        load.is_acknowledged(random.within(1..200)).await;
        sleep(Duration::from_micros(random.within(0..3000))).await;
        block_in_place(|| {
            harm(&primary);
            standby.promote();
        });
        load.is_acknowledged(200).await;
        println!("the primary {how}: {}", load.end(|floor| judge::of_postgres(&standby, database(&url), floor)).await);
    }
}

/// Without its standby the primary may not acknowledge anything, so that all commits wait.
#[tokio::test(flavor = "multi_thread")]
async fn callers_are_answered_in_time_while_the_standby_is_away() {
    let (primary, standby, url) = block_in_place(pair);
    let store = super::open(&url).await;
    let mut load = Load::start(&store, none);
    load.is_acknowledged(100).await;
    block_in_place(|| standby.kill());
    load.reaches(1, Tally::out_of_reach).await;
    load.is_answered().await;
    block_in_place(|| standby.restart());
    load.is_acknowledged(100).await;
    load.check(|floor| judge::of_postgres(&primary, database(&url), floor)).await;
    load.is_acknowledged(100).await;
    println!("the standby was away: {}", load.end(|floor| judge::of_postgres(&primary, database(&url), floor)).await);
}

/// What only the primary has is lost with it, so that none of it may have been acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_that_the_standby_does_not_have() {
    let (primary, standby, url) = block_in_place(pair);
    let store = super::open(&url).await;
    let load = Load::start(&store, none);
    load.is_acknowledged(100).await;
    standby.suspend();
    load.reaches(1, Tally::out_of_reach).await;
    load.is_answered().await;
    block_in_place(|| {
        // what the standby was sent and did not hear yet is lost as well
        standby.kill();
        primary.kill();
        standby.restart();
        standby.promote();
    });
    load.is_acknowledged(CALLERS as u64).await;
    println!("both died: {}", load.end(|floor| judge::of_postgres(&standby, database(&url), floor)).await);
}
