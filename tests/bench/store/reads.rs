//! Reads through the store, and the same by rusqlite alone.

use std::error::Error;

use tokio::runtime::Runtime;

use super::bare;
use super::callers::{Rate, latency_us, rate};
use super::data::{Database, SESSIONS, USERS, mix, token};
use crate::row;

const CALLERS: u64 = 64;
/// Measured alternately, so that what else goes on hits both; the middle round counts.
const ROUNDS: usize = 3;

pub fn measure(runtime: &Runtime, database: &Database) -> Result<(), Box<dyn Error>> {
    compare("web session by token", || bare::session_rate(database), || session_rate(runtime, database));
    compare("1000 users", || bare::users_rate(database), || users_rate(runtime, database));
    row("bare rusqlite, web session, latency", bare::session_latency_us(database, 20_000)?, "us", None, "one caller, median");
    row("store, web session, latency", session_latency_us(runtime, database), "us", None, "one caller, median; two changes of thread");
    Ok(())
}

fn compare(what: &str, bare: impl Fn() -> Rate, store: impl Fn() -> Rate) {
    let mut rounds: Vec<_> = (0..ROUNDS).map(|_| (bare(), store())).collect();
    let slowdown = |(bare, store): &(Rate, Rate)| bare.per_second / store.per_second;
    rounds.sort_by(|a, b| slowdown(a).total_cmp(&slowdown(b)));
    let (bare, store) = rounds[ROUNDS / 2];
    row(&format!("bare rusqlite, {what}, 2 threads"), bare.per_second, "/s", None, "200,000 rows");
    row(&format!("store, {what}, 64 callers"), store.per_second, "/s", None, "2 workers and the store's own threads");
    row(
        &format!("bare rusqlite / store, {what}"),
        bare.per_second / store.per_second,
        "x",
        Some(1.3),
        "at most: the threads share the cores",
    );
    row(&format!("store / bare rusqlite, {what}, CPU"), store.cpu_us / bare.cpu_us, "x", None, "");
}

fn session_rate(runtime: &Runtime, database: &Database) -> Rate {
    let (store, now) = (database.store.clone(), database.now);
    rate(runtime, CALLERS, move |n| {
        let store = store.clone();
        async move {
            store.web_session(token(mix(n) % SESSIONS), now).await.expect("an answer").expect("a session is there");
        }
    })
}

fn users_rate(runtime: &Runtime, database: &Database) -> Rate {
    let store = database.store.clone();
    rate(runtime, CALLERS, move |_| {
        let store = store.clone();
        async move { assert_eq!(store.users().await.expect("rows").len() as u64, USERS) }
    })
}

fn session_latency_us(runtime: &Runtime, database: &Database) -> f64 {
    let (store, now) = (database.store.clone(), database.now);
    latency_us(runtime, 20_000, move |n| {
        let store = store.clone();
        async move {
            store.web_session(token(mix(n) % SESSIONS), now).await.expect("an answer").expect("a session is there");
        }
    })
}
