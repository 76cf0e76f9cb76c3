//! The media engine on real files, through real worker processes, with ffmpeg as the judge.
#![cfg(feature = "host")]

mod analysis;
mod copy;
mod extras;
mod faults;
mod flac;
mod kit;
mod limits;
mod matroska;
mod pictures;
mod pictures_kinds;
mod probe;
mod sound;
mod sound_seeks;
mod sound_table;
mod streams;
mod strict_vtt;
mod video;
mod video_faults;
mod video_kit;
mod video_seeks;
mod video_shapes;
mod workers;
