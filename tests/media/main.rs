//! The media engine on real files, through real worker processes, with ffmpeg as the judge.
#![cfg(feature = "host")]

mod analysis;
mod extras;
mod faults;
mod flac;
mod kit;
mod limits;
mod pictures;
mod pictures_kinds;
mod probe;
mod sound;
mod streams;
mod strict_vtt;
mod video;
mod video_kit;
mod workers;
