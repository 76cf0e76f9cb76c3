//! One subtitle of a track, from a file beside it or from a stream within it.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::beside::{is_beside, language_of_id};
use super::subtitles::{Format, INPUT_BYTES_MAX, SubtitleError, file_to_webvtt};
use crate::host::media::error::MediaError;

/// The subtitle `id` as WebVTT; `path` is the video, or the file beside it that the id is of.
///
/// # Errors
/// `NotFound` for an id that the file does not have, `Unplayable` when it holds nothing to show.
pub fn webvtt(path: &Path, id: &str) -> Result<String, MediaError> {
    if is_beside(id) { file(path, id) } else { Err(no_such()) }
}

fn no_such() -> MediaError {
    MediaError::NotFound { what: "There is no such subtitle.".to_owned() }
}

fn file(path: &Path, id: &str) -> Result<String, MediaError> {
    let format = path.extension().and_then(|extension| Format::of_extension(extension.to_str()?)).ok_or_else(no_such)?;
    // What was a file when it was listed may be a link or a pipe by now.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|_| MediaError::Gone)?;
    if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return Err(MediaError::Gone);
    }
    let mut bytes = Vec::new();
    // One byte more than allowed, so that a longer file is known for one.
    file.take(INPUT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(|_| MediaError::Gone)?;
    Ok(file_to_webvtt(&bytes, format, language_of_id(id))?)
}

impl From<SubtitleError> for MediaError {
    fn from(error: SubtitleError) -> Self {
        Self::Unplayable(error.to_string())
    }
}
