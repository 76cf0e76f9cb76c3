//! What a file is: how its first sound and pictures are coded, and how long it lasts.
//!
//! The headers of MP4 and Matroska say it all and are read by our own code; for anything else GStreamer looks, in a worker process.

mod discover;
mod limits;
mod prober;

use std::path::Path;

pub use limits::check;
pub use prober::Prober;

use super::error::MediaError;
use super::job::Probed;

/// Looks at a file that is known to be a regular one. In a worker: what GStreamer makes of a hostile file is not to hit the host.
///
/// # Errors
/// `Unplayable` when it is no media, `MissingPlugin` when nothing can be told of it until something is installed.
pub fn probe(path: &Path) -> Result<Probed, MediaError> {
    discover::discover(path)
}
