//! The media engine on real files, through real worker processes, with ffmpeg as the judge.
#![cfg(feature = "host")]

mod copy;
mod faults;
mod flac;
mod kit;
mod limits;
mod pictures;
mod pictures_kinds;
mod probe;
mod sound;
mod streams;
mod video;
mod video_kit;
mod workers;
