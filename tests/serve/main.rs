//! Serve as its users meet it: a real server on free ports, a real HTTP client, real tunnels.
#![cfg(all(feature = "serve", feature = "host"))]

mod browser;
mod fake_host;
mod server;

mod access;
mod assets;
mod dawdlers;
mod pairing;
mod play;
mod relay;
mod routes;
mod signing_in;
mod starting;
mod tls;
mod tunnel;
