//! The media server on the home PC.

pub mod media;
