//! FLAC (RFC 9639) read without a decoder: metadata, frame headers and checksums, and where in a file a frame lies.
//!
//! Everything here is told by a file that may lie, so a frame is believed only by its own checksums and its number.

mod crc;
mod frames;
mod header;
mod locate;
mod metadata;
mod passthrough;
mod renumber;
mod silence;

pub use metadata::Metadata;
pub use passthrough::Passthrough;
pub use renumber::renumber;
