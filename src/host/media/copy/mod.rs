//! Sound passed through: the source's own coded frames, cut at frames and, but for MP3, wrapped anew. Nothing is decoded.
//!
//! Everything here is told by a file that may lie, so each count, offset and length is checked before it is used. What is not surely right
//! as a copy is refused, and the player takes another rendition.

mod aac;
mod adts;
mod frames;
mod kind;
mod layout;
pub mod mp3;
mod mp4;
mod ogg;
pub mod opus;
mod packets;
mod window;

use std::fs::File;
use std::path::Path;

use super::audio::Passthrough;
use super::error::MediaError;
use super::segments::Segments;
use kind::Kind;
pub use mp4::mime as mp4_mime;

/// Opens sound number `stream` of a regular file as `audio_copy`.
///
/// # Errors
/// `NotFound` when it cannot be sent as it is, `Gone` when there is no such file, `Unplayable` when it cannot be read.
pub fn open(path: &Path, stream: u8) -> Result<Box<dyn Segments>, MediaError> {
    let file = File::open(path).map_err(|_| MediaError::Gone)?;
    match Kind::of(&file) {
        Some(Kind::Mp3) if stream == 0 => Ok(Box::new(mp3::open(file)?)),
        Some(Kind::Adts) if stream == 0 => Ok(Box::new(adts::open(file)?)),
        Some(Kind::Mp4) => Ok(Box::new(mp4::open(path, stream)?)),
        Some(Kind::Flac) if stream == 0 => match Passthrough::open(path)? {
            Some(flac) => Ok(Box::new(flac)),
            None => Err(refused()),
        },
        Some(Kind::Ogg) if stream == 0 => Ok(Box::new(ogg::open(file)?)),
        _ => Err(refused()),
    }
}

/// The type that [`open`] would give a file's first sound, from a few reads of its head; `None` when it would surely refuse.
pub fn mime(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let file = File::open(path).ok()?;
    match Kind::of(&file)? {
        Kind::Mp3 => mp3::mime(&file, metadata.len()),
        Kind::Adts => adts::mime(&file),
        Kind::Mp4 => mp4::mime_of(path),
        Kind::Flac => Passthrough::mime(&file),
        Kind::Ogg => ogg::mime(&file),
    }
}

fn refused() -> MediaError {
    MediaError::NotFound { what: "The sound of this file cannot be sent as it is. Play it in another way.".to_owned() }
}

fn unreadable(_: std::io::Error) -> MediaError {
    MediaError::unplayable("This file cannot be read from the disk.")
}
