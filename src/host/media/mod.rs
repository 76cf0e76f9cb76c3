//! The media engine: files in, CMAF segments out.
//!
//! Two halves. The parent ([`engine`]) never touches a codec: it keeps the segment cache, and child processes for each
//! play session. The child ([`worker`]) decodes, encodes and cuts; a codec that crashes or hangs costs one session, and the parent starts a
//! fresh one.
//!
//! The bytes of a segment depend only on (file, rendition, index): each is made by a fresh encoder, fed from an exact sample grid, by a
//! decoder that seeks in the same way whatever came before. Frames that are passed through (H.264, and FLAC as FLAC) are found by the file
//! alone, not by what was read before. So a segment made once serves every listener.

mod analysis;
mod audio;
mod cmaf;
mod codecs;
pub mod compose;
mod copy;
mod engine;
mod error;
pub mod extras;
mod helper;
pub mod id3;
mod job;
mod matroska;
mod moments;
mod mp4;
mod offer;
mod plugins;
mod probe;
mod segments;
pub mod streams;
mod video;
pub mod worker;

pub use copy::mime as copy_mime;
pub use engine::{Chunks, Engine, EngineConfig, Segment, Source, Wanted};
pub use error::MediaError;
pub use helper::WorkerConfig;
pub use job::{Encoding, Head, Heard, Lack, Probed, Tags, Task, Trial, WantedBy};
pub use offer::offers;
pub use probe::{Prober, check as check_facts};

/// Part of every cache key: raise it when the bytes of any segment change.
const ENGINE_VERSION: u32 = 6;
