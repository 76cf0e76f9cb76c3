//! iRoam: your music and video at home, played in any browser anywhere.
//!
//! The map of the house is `src/ARCHITECTURE.md`; which room may import which is checked by `tests/tidy.rs`.

pub mod auth;
pub mod cli;
pub mod config;
#[cfg(all(feature = "serve", feature = "host"))]
pub mod demo;
#[cfg(feature = "host")]
pub mod host;
pub mod ledger;
pub mod net;
pub mod protocol;
#[cfg(feature = "serve")]
pub mod serve;
#[cfg(feature = "serve")]
pub mod store;
pub mod telemetry;
pub mod types;
#[cfg(feature = "serve")]
pub mod web;

#[cfg(all(test, feature = "serve"))]
#[path = "../tests/postgres_kit/mod.rs"]
mod postgres_kit;

#[cfg(all(test, feature = "host"))]
#[path = "../tests/media/strict_vtt.rs"]
mod strict_vtt;
