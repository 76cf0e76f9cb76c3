//! PostgreSQL is killed, stopped, or hangs, while a store goes on calling it.

use std::time::Duration;

use tokio::task::block_in_place;
use tokio::time::sleep;

use super::judge;
use super::load::{CALLERS, Load, none};
use super::postgres::durable_server;
use super::seed::Random;
use super::tally::Tally;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_a_killed_server() {
    let mut random = Random::of("killed PostgreSQL servers");
    let server = durable_server(&[]);
    let database = server.new_database();
    let store = super::open(&database).await;
    let mut load = Load::start(&store, none);
    for round in 0..50 {
        load.is_acknowledged(random.within(1..300)).await;
        sleep(Duration::from_micros(random.within(0..3000))).await;
        block_in_place(|| server.kill());
        // now and then it stays away for longer than a caller waits
        if round % 25 == 24 {
            load.reaches(1, |tally| tally.unavailable).await;
            load.is_answered().await;
        }
        block_in_place(|| server.restart());
        load.is_acknowledged(1).await;
        load.check(|floor| judge::of_postgres(&server, &database, floor)).await;
    }
    println!("50 killed servers: {}", load.end(|floor| judge::of_postgres(&server, &database, floor)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_restarts_in_order() {
    let mut random = Random::of("restarted PostgreSQL servers");
    let server = durable_server(&[]);
    let database = server.new_database();
    let store = super::open(&database).await;
    let mut load = Load::start(&store, none);
    for _ in 0..10 {
        load.is_acknowledged(random.within(1..300)).await;
        block_in_place(|| {
            server.stop_fast();
            server.restart();
        });
        load.is_acknowledged(1).await;
        load.check(|floor| judge::of_postgres(&server, &database, floor)).await;
    }
    println!("10 restarts: {}", load.end(|floor| judge::of_postgres(&server, &database, floor)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_of_a_hanging_server_are_answered_in_time() {
    let mut random = Random::of("hanging PostgreSQL servers");
    let server = durable_server(&[]);
    let database = server.new_database();
    let store = super::open(&database).await;
    let mut load = Load::start(&store, none);
    for round in 0..6 {
        load.is_acknowledged(random.within(1..300)).await;
        server.suspend();
        if round == 3 {
            load.reaches(1, Tally::out_of_reach).await;
            load.is_answered().await;
        } else {
            sleep(Duration::from_millis(random.within(0..1000))).await;
        }
        server.resume();
        load.is_acknowledged(CALLERS as u64).await;
        load.check(|floor| judge::of_postgres(&server, &database, floor)).await;
    }
    println!("6 hangs: {}", load.end(|floor| judge::of_postgres(&server, &database, floor)).await);
}
