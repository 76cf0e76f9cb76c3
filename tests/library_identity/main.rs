//! A track is the same track whatever becomes of its file, of the program in the midst of its work, and of the index.
#![cfg(feature = "host")]

mod beside;
mod copies;
mod damage;
#[path = "../host_kit/mod.rs"]
mod host_kit;
mod kills;
mod missing;
mod mounts;
mod moves;
mod songs;
