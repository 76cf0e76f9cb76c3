//! What becomes of acknowledged changes when processes, servers, links and disks fail: on both engines, through the store's public
//! functions, with the database itself as the judge.
//!
//! Every test runs the same load: accounts that live through one story, side by side. At any instant the database must hold of each
//! account exactly what follows from the steps that were acknowledged, and, where a caller was not told, of all of the next step or
//! none of it.
#![cfg(feature = "serve")]

#[path = "store_faults/connections.rs"]
mod connections;
#[path = "store_faults/failover.rs"]
mod failover;
#[path = "store_faults/full_disk.rs"]
mod full_disk;
#[path = "store_faults/journal.rs"]
mod journal;
#[path = "store_faults/judge.rs"]
mod judge;
#[path = "store_faults/killed_servers.rs"]
mod killed_servers;
#[path = "store_faults/killed_writers.rs"]
mod killed_writers;
#[path = "store_faults/life.rs"]
mod life;
#[path = "store_faults/links.rs"]
mod links;
#[path = "store_faults/load.rs"]
mod load;
#[path = "store_faults/postgres.rs"]
mod postgres;
mod postgres_kit;
#[path = "store_faults/proxy.rs"]
mod proxy;
#[path = "store_faults/seed.rs"]
mod seed;
#[path = "store_faults/story.rs"]
mod story;
#[path = "store_faults/tally.rs"]
mod tally;
#[path = "store_faults/writer.rs"]
mod writer;

use iroam::store::{Location, ServerOptions, Store};

/// Opens the database at `location`, whichever engine's it is.
async fn open(location: &str) -> Store {
    let location = Location::parse(location, &ServerOptions::default()).expect("a location");
    Store::open(&location).await.expect("the database opens")
}
