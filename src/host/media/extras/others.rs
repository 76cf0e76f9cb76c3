//! Streams of files that are neither MP4 nor Matroska.

use std::path::Path;

use crate::host::media::error::MediaError;
use crate::protocol::Details;

pub fn details(_path: &Path) -> Result<Details, MediaError> {
    Ok(Details::default())
}
