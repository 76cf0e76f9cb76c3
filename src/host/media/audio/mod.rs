//! Sound: decode from anywhere in a file, encode on an exact grid of codec frames; or, of a FLAC file as FLAC, its own frames.

mod chunks;
mod clock;
mod decoder;
mod downmix;
mod encoder;
mod flac;
mod flow;
mod grid;
mod length;
mod pcm_file;
pub mod pipeline;
mod program;
mod reader;
mod resample;
mod source;
mod tape;

pub use flac::Passthrough;
pub use pipeline::{Running, element, prepare};
pub use program::Encoded;
pub use reader::Reader;
