//! Cover pictures: decoded under limits, scaled once, kept by the hash of what is kept.

use std::fs;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::{ImageReader, Limits};
use sha2::{Digest, Sha256};

use crate::types::ArtId;

/// What every kept picture is.
pub const ART_CONTENT_TYPE: &str = "image/jpeg";
/// A larger picture is not looked at, bytes.
pub(super) const SOURCE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The longer side of a kept picture, pixels.
const SIDE_MAX: u32 = 600;
/// The longer side of a picture that is decoded at all, pixels.
const SOURCE_SIDE_MAX: u32 = 10_000;
/// Most memory that decoding may take, bytes: 42 megapixels.
const DECODE_BYTES_MAX: u64 = 128 * 1024 * 1024;
const JPEG_QUALITY: u8 = 85;

/// Where a kept picture lies. An art id is hex digits only, so it names no other file.
pub(super) fn file(art_dir: &Path, art: &ArtId) -> PathBuf {
    art_dir.join(format!("{}.jpg", art.as_str()))
}

pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Scales and keeps a picture; `None` when it does not decode or passes a limit.
///
/// It is always written anew: what a player's browser gets was made here, whatever the file held.
pub(super) fn keep(art_dir: &Path, source: &[u8]) -> io::Result<Option<ArtId>> {
    let Some(jpeg) = scale(source) else { return Ok(None) };
    let art = ArtId::from_digest(digest(&jpeg));
    let path = file(art_dir, &art);
    if !path.exists() {
        let unfinished = art_dir.join(format!("{}.part", art.as_str()));
        fs::write(&unfinished, &jpeg)?;
        fs::rename(&unfinished, &path)?;
    }
    Ok(Some(art))
}

fn scale(source: &[u8]) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(source)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SOURCE_SIDE_MAX);
    limits.max_image_height = Some(SOURCE_SIDE_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let larger = picture.width() > SIDE_MAX || picture.height() > SIDE_MAX;
    let picture = if larger { picture.thumbnail(SIDE_MAX, SIDE_MAX) } else { picture };
    let mut jpeg = Vec::new();
    picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY)).ok()?;
    Some(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, GenericImageView, ImageFormat};

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut bytes, ImageFormat::Png).expect("encodes");
        bytes.into_inner()
    }

    #[test]
    fn a_picture_is_scaled_and_named_by_what_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let art = keep(folder.path(), &png(1200, 800)).expect("written").expect("decodes");
        let kept = fs::read(file(folder.path(), &art)).expect("kept");
        assert_eq!(art, ArtId::from_digest(digest(&kept)));
        let picture = image::load_from_memory_with_format(&kept, ImageFormat::Jpeg).expect("a JPEG");
        assert_eq!(picture.dimensions(), (600, 400));
    }

    #[test]
    fn what_is_no_picture_or_a_bomb_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(keep(folder.path(), b"not a picture").expect("no failure"), None);
        assert_eq!(keep(folder.path(), &[]).expect("no failure"), None);
        // 20,000 x 1 pixels: small in bytes, wider than any cover.
        assert_eq!(keep(folder.path(), &png(20_000, 1)).expect("no failure"), None);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
