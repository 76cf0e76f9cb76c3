//! The link between store and server breaks, at any byte.

use std::time::Duration;

use iroam::store::Store;
use tokio::time::sleep;

use super::judge;
use super::load::{Load, none};
use super::postgres::durable_server;
use super::postgres_kit::Server;
use super::proxy::{Direction, Harm, Proxy};
use super::seed::Random;
use super::tally::Tally;

fn any_harm(random: &mut Random) -> Harm {
    match random.within(0..4) {
        0 => Harm::Cut,
        1 => Harm::Delay(Duration::from_millis(random.within(0..500))),
        _ => Harm::Truncate(usize::try_from(random.within(0..1 << 16)).expect("small")),
    }
}

fn any_direction(random: &mut Random) -> Direction {
    if random.within(0..2) == 0 { Direction::ToServer } else { Direction::ToClient }
}

fn durable_database() -> (Server, String) {
    let server = durable_server(&[]);
    let database = server.new_database();
    (server, database)
}

/// A store whose connections to `database` all go through the proxy.
async fn through_proxy(server: &Server, database: &str) -> (Proxy, Store) {
    let proxy = Proxy::to(server.port()).await;
    let url = database.replace(&format!(":{}/", server.port()), &format!(":{}/", proxy.port));
    (proxy, super::open(&url).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_broken_links() {
    let mut random = Random::of("broken links");
    let (server, database) = durable_database();
    let (proxy, store) = through_proxy(&server, &database).await;
    let mut load = Load::start(&store, none);
    for round in 0..50 {
        load.is_acknowledged(random.within(1..60)).await;
        sleep(Duration::from_micros(random.within(0..1000))).await;
        proxy.harm(any_direction(&mut random), any_harm(&mut random)).await;
        if round % 5 == 4 {
            load.check(|floor| judge::of_postgres(&server, &database, floor)).await;
        }
    }
    println!("50 broken links: {}", load.end(|floor| judge::of_postgres(&server, &database, floor)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_are_answered_in_time_when_a_link_goes_silent() {
    let mut random = Random::of("silent links");
    let (server, database) = durable_database();
    let (proxy, store) = through_proxy(&server, &database).await;
    let mut load = Load::start(&store, none);
    for direction in [Direction::ToServer, Direction::ToClient] {
        load.is_acknowledged(random.within(50..150)).await;
        for _ in 0..4 {
            proxy.harm(direction, Harm::Swallow).await;
        }
        load.reaches(1, Tally::out_of_reach).await;
        load.check(|floor| {
            // what the silent connections had begun is left to the server: it ends with them
            proxy.cut_all();
            judge::of_postgres(&server, &database, floor)
        })
        .await;
    }
    load.is_acknowledged(100).await;
    println!("8 silent links: {}", load.end(|floor| judge::of_postgres(&server, &database, floor)).await);
}
