//! The registration server website: accounts, pairing, tickets, the relay, and the pages for people.

mod access;
mod acme;
pub mod admin;
mod arrivals;
mod config;
mod connections;
mod data_dir;
mod data_place;
mod database;
pub mod http;
mod in_flight;
mod jobs;
mod key_file;
mod memory;
mod pages;
mod passwords;
mod public_url;
mod relay;
mod remembered;
mod remote;
mod run;
mod state;
mod throttle;
mod tls;
mod tunnels;

pub use access::{AccessControl, OwnerOnly, Refusal};
pub use config::{Limits, ServeConfig, TlsConfig};
pub use data_place::DataPlace;
pub use http::routes::{Access, RouteEntry, table as routes};
pub use run::{Running, run, start, start_with_clock};
