//! The media engine on real files, through real worker processes, with ffmpeg as the judge.
#![cfg(feature = "host")]

mod copy;
mod faults;
mod flac;
mod kit;
mod pictures;
mod pictures_kinds;
mod sound;
mod workers;
