//! What goes with a track beside its sound and pictures: its streams, subtitles, chapters, a poster and a preview.

mod beside;
mod chapters;
mod details;
mod frames;
mod language;
mod others;
mod poster;
mod preview;
mod subtitle;
pub mod subtitles;

pub use beside::{Beside, beside, is_beside};

use std::path::Path;

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

use super::error::MediaError;
use super::job::Head;

/// A body and what is said of it.
type Made = (Vec<u8>, Head);

/// Each of these works on a file that is known to be a regular one, in a worker.
pub fn details(path: &Path) -> Result<Made, MediaError> {
    Ok((Vec::new(), Head::Details(details::details(path)?)))
}

/// `name` is the file's own path, for what its name says.
pub fn subtitle(path: &Path, name: &Path, id: &str) -> Result<Made, MediaError> {
    Ok((subtitle::webvtt(path, name, id)?.into_bytes(), Head::None))
}

pub fn poster(path: &Path) -> Result<Made, MediaError> {
    Ok((poster::poster(path)?, Head::None))
}

pub fn preview(path: &Path) -> Result<Made, MediaError> {
    let (strip, head) = preview::preview(path)?;
    Ok((strip, Head::Preview(head)))
}

fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, MediaError> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).map_err(MediaError::internal)?;
    Ok(bytes)
}
