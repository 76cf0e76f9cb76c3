//! Sound: decode from anywhere in a file, encode on an exact grid of codec frames.

mod decoder;
mod encoder;
mod flac_frame;
mod grid;
mod length;
mod mp3;
mod pcm_file;
mod pipeline;
mod program;
mod reader;
mod resample;

pub use pipeline::prepare;
pub use program::Program;
