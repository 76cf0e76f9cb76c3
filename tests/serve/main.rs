//! Serve as its users meet it: a real server on free ports, a real HTTP client, real tunnels.
#![cfg(all(feature = "serve", feature = "host"))]

#[path = "../postgres_kit/mod.rs"]
mod postgres_kit;

mod browser;
mod fake_host;
mod server;

mod access;
mod ailing;
mod assets;
mod backup;
mod broken_backups;
mod dawdlers;
mod moving;
mod pairing;
mod play;
mod playlist_imports;
mod playlists;
mod postgres;
mod process;
mod relay;
mod routes;
mod signing_in;
mod starting;
mod tls;
mod tunnel;
