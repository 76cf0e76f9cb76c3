//! Reading MP4 (ISO/IEC 14496-12) without a demuxer: just the `moov`, and the ranges of the file that it points at.
//!
//! Everything here is told by a file that may lie, so each count, offset and length is checked before it is used.

mod boxes;
mod facts;
mod fragments;
mod gapless;
mod labels;
mod movie;
mod picture;
mod plan;
mod samples;
mod sounds;
mod text;

pub use facts::facts;
pub use movie::{Movie, Track};
pub use picture::Picture;
pub use samples::Sample;
pub use text::text_packets;
