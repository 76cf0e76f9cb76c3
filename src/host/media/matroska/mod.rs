//! Reading Matroska and WebM (RFC 9559) without a demuxer: what is before the clusters, the Cues, and of the clusters just the headers of
//! blocks and the frames that are asked for.
//!
//! The crates that there are hand out frames one after another, without saying where they lie; a seek to a key frame by its place, frames
//! of a track without reading those of the others, and groups' key frames need more. Everything here is told by a file that may lie, so
//! each count, length and place is checked before it is used.

mod blocks;
mod ebml;
mod entry;
mod facts;
mod header;
mod ids;
mod index;
mod length;
mod packing;
mod picture;
mod sound;
mod sound_head;
mod tags;
mod text;
mod times;
mod tracks;

pub use facts::facts;
pub use picture::Picture;
pub use sound::Sound;
pub use tags::tags;
pub use text::text_packets;

#[cfg(test)]
mod tests;
