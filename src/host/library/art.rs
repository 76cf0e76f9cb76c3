//! Cover pictures: decoded under limits, scaled once to each size, kept by the hash of what is kept.

use std::fs::{self, File};
use std::io::{self, Cursor};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageReader, Limits};
use sha2::{Digest, Sha256};

use crate::protocol::ArtSize;
use crate::types::{ArtId, random};

/// What every kept picture is.
pub const ART_CONTENT_TYPE: &str = "image/jpeg";
/// A larger picture is not looked at, bytes.
pub(super) const SOURCE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The longer side of a picture that is decoded at all, pixels.
const SOURCE_SIDE_MAX: u32 = 10_000;
/// Most pixels of one, whatever its sides: a decoder's own memory grows with them, beyond what it tells.
const SOURCE_PIXELS_MAX: u64 = 40_000_000;
/// Most memory that the decoded pixels may take, bytes.
const DECODE_BYTES_MAX: u64 = 128 * 1024 * 1024;
const JPEG_QUALITY: u8 = 85;
/// Made beside the full picture, each of the one before.
const SMALLER: [ArtSize; 4] = [ArtSize::S600, ArtSize::S320, ArtSize::S160, ArtSize::S64];

/// Where a kept picture lies, at its full size. An art id is hex digits only, so it names no other file.
pub(super) fn file(art_dir: &Path, art: &ArtId) -> PathBuf {
    art_dir.join(format!("{}.jpg", art.as_str()))
}

fn smaller_file(art_dir: &Path, art: &ArtId, size: ArtSize) -> PathBuf {
    art_dir.join(format!("{}.{}.jpg", art.as_str(), size.side()))
}

/// Of which picture a file in the art folder is a size.
pub(super) fn art_of(name: &str) -> Option<ArtId> {
    let (id, end) = name.split_once('.')?;
    let is_size = end == "jpg" || end.strip_suffix(".jpg").is_some_and(|side| side.bytes().all(|byte| byte.is_ascii_digit()));
    if is_size { ArtId::try_from(id.to_owned()).ok() } else { None }
}

/// Whether it is one that was not written to its end.
pub(super) fn is_unfinished(name: &str) -> bool {
    name.ends_with(".part")
}

pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Scales and keeps a picture in all its sizes; `None` when it does not decode or passes a limit.
///
/// It is always written anew: what a player's browser gets was made here, whatever the file held.
pub(super) fn keep(art_dir: &Path, source: &[u8]) -> io::Result<Option<ArtId>> {
    let made = catch_unwind(|| {
        let picture = fit(decode(source)?, ArtSize::Full);
        let bytes = jpeg(&picture)?;
        Some((picture, bytes))
    });
    // A decoder that panics over a hostile picture costs that picture only.
    let Ok(Some((mut picture, bytes))) = made else { return Ok(None) };
    let art = ArtId::from_digest(digest(&bytes));
    for size in SMALLER {
        if is_larger(&picture, size) {
            picture = fit(picture, size);
            if let Some(bytes) = jpeg(&picture) {
                write(&smaller_file(art_dir, &art, size), &bytes)?;
            }
        }
    }
    // Last: a picture that is there has its sizes.
    write(&file(art_dir, &art), &bytes)?;
    Ok(Some(art))
}

/// A kept picture, no larger than `size`; one of an earlier version is scaled now. `None` when there is no such picture.
pub(super) fn load(art_dir: &Path, art: &ArtId, size: ArtSize) -> io::Result<Option<Vec<u8>>> {
    let smaller = smaller_file(art_dir, art, size);
    if size != ArtSize::Full
        && let Some(bytes) = read(&smaller)?
    {
        return Ok(Some(bytes));
    }
    let Some(full) = read(&file(art_dir, art))? else { return Ok(None) };
    let is_small = sides(&full).is_none_or(|(width, height)| width.max(height) <= size.side());
    if is_small {
        return Ok(Some(full));
    }
    match decode(&full).and_then(|picture| jpeg(&fit(picture, size))) {
        Some(bytes) => write(&smaller, &bytes).map(|()| Some(bytes)),
        None => Ok(Some(full)),
    }
}

fn sides(source: &[u8]) -> Option<(u32, u32)> {
    ImageReader::new(Cursor::new(source)).with_guessed_format().ok()?.into_dimensions().ok()
}

fn decode(source: &[u8]) -> Option<DynamicImage> {
    // What the header says, before anything is made for it.
    let (width, height) = sides(source)?;
    if u64::from(width) * u64::from(height) > SOURCE_PIXELS_MAX {
        return None;
    }
    let mut reader = ImageReader::new(Cursor::new(source)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SOURCE_SIDE_MAX);
    limits.max_image_height = Some(SOURCE_SIDE_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    reader.limits(limits);
    reader.decode().ok()
}

fn is_larger(picture: &DynamicImage, size: ArtSize) -> bool {
    picture.width().max(picture.height()) > size.side()
}

fn fit(picture: DynamicImage, size: ArtSize) -> DynamicImage {
    if is_larger(&picture, size) { picture.thumbnail(size.side(), size.side()) } else { picture }
}

fn jpeg(picture: &DynamicImage) -> Option<Vec<u8>> {
    let mut jpeg = Vec::new();
    picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY)).ok()?;
    Some(jpeg)
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Never half of it, also when two write the same at once.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // It is in use from now on, and no longer what nobody has wanted for a day.
    if File::options().append(true).open(path).and_then(|file| file.set_modified(SystemTime::now())).is_ok() {
        return Ok(());
    }
    let unfinished = path.with_extension(format!("{:016x}.part", u64::from_be_bytes(random::bytes())));
    let written = fs::write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

#[cfg(test)]
#[path = "art_tests.rs"]
mod tests;
