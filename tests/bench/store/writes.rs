//! Durable writes by many callers, beside what one connection and the disk come to.

use std::error::Error;
use std::path::Path;

use iroam::store::Store;
use iroam::types::UnixMs;
use tokio::runtime::Runtime;

use super::callers::{Rate, latency_us, rate};
use super::data::{Database, USERS, token, user};
use super::{bare, disk};
use crate::row;

const CALLERS: u64 = 64;
/// Numbers of the sessions that a measurement adds begin at a multiple of it.
const APART: u64 = 10_000_000;

pub fn measure(runtime: &Runtime, database: &Database, folder: &Path) -> Result<(), Box<dyn Error>> {
    row("disk, 4 KiB synced, file as long before", disk::sync_rate(folder, false)?, "/s", None, "");
    row("disk, 4 KiB synced, file grows", disk::sync_rate(folder, true)?, "/s", None, "");
    row(
        "bare rusqlite, one session added a commit",
        bare::add_rate(database, 1, APART)?.per_second,
        "/s",
        None,
        "synchronous FULL, 200,000 rows",
    );
    let bare_rate = bare::add_rate(database, CALLERS, 2 * APART)?.per_second;
    row("bare rusqlite, 64 sessions added a commit", bare_rate, "/s", None, "");
    let store_rate = add_rate(runtime, &database.store, database.now, 3 * APART).per_second;
    row("store, sessions added by 64 callers", store_rate, "/s", Some(10_000.0), "each acknowledged when on the disk");
    row("store / bare rusqlite, 64 a commit", store_rate / bare_rate, "x", None, "");
    row(
        "store, session added, latency",
        add_latency_us(runtime, &database.store, database.now, 4 * APART),
        "us",
        None,
        "one caller, median",
    );
    Ok(())
}

pub fn add_rate(runtime: &Runtime, store: &Store, now: UnixMs, first: u64) -> Rate {
    let store = store.clone();
    rate(runtime, CALLERS, move |n| add(store.clone(), now, first + n))
}

fn add_latency_us(runtime: &Runtime, store: &Store, now: UnixMs, first: u64) -> f64 {
    let store = store.clone();
    latency_us(runtime, 1000, move |n| add(store.clone(), now, first + n))
}

async fn add(store: Store, now: UnixMs, n: u64) {
    let expires_at = UnixMs(now.0 + 86_400_000);
    store.add_web_session(token(n), user(n % USERS, now), None, now, expires_at).await.expect("a session is added");
}
