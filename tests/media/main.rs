//! The media engine on real files, through real worker processes, with ffmpeg as the judge.
#![cfg(feature = "host")]

mod faults;
mod flac;
mod kit;
mod matroska;
mod pictures;
mod pictures_kinds;
mod sound;
mod video;
mod video_kit;
mod workers;
