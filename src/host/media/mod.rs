//! The media engine: the only place that names GStreamer.

pub mod compose;
