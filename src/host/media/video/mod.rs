//! Pictures: decode whatever GStreamer can, encode H.264 on an exact grid of frames.

mod colour;
mod encode;
mod encoders;
mod grid;
mod measure;
mod nal;
mod program;
mod range;
mod rate;
mod screen;
mod shape;
mod source;
mod trial;

pub use program::Encoded;
pub use shape::holds;
pub use trial::{known_encoders, no_encoder, prefer, trial};
