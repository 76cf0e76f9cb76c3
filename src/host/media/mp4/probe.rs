//! What the scanner wants to know of a video.

use std::path::Path;

use mp4_atom::Codec;

use super::movie::{Movie, Track};
use crate::host::media::error::MediaError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureCodec {
    H264,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mp4Probe {
    /// `None` when the file has no pictures (e.g. an M4A).
    pub video: Option<PictureCodec>,
    /// Pixels.
    pub width: u32,
    pub height: u32,
    pub duration_ms: u64,
    pub has_audio: bool,
}

/// Reads an MP4's `moov` and nothing else. Blocking, about a millisecond for a film.
///
/// # Errors
/// `Gone` when there is no such file, `Unplayable` when it is no MP4 or its index is damaged.
pub fn probe_mp4(path: &Path) -> Result<Mp4Probe, MediaError> {
    let (movie, _, _) = Movie::open(path)?;
    let video = movie.track(b"vide");
    let (width, height) = video.map_or((0, 0), dimensions);
    let duration_ms = u128::from(movie.duration) * 1000 / u128::from(movie.timescale);
    Ok(Mp4Probe {
        video: video.map(|track| if matches!(track.entry.1, Some(Codec::Avc1(_))) { PictureCodec::H264 } else { PictureCodec::Other }),
        width,
        height,
        duration_ms: u64::try_from(duration_ms).unwrap_or(u64::MAX),
        has_audio: movie.track(b"soun").is_some(),
    })
}

fn dimensions(track: &Track) -> (u32, u32) {
    match track.entry.1.as_ref().and_then(Codec::visual) {
        Some(visual) => (visual.width.into(), visual.height.into()),
        None => (track.tkhd.width.integer().into(), track.tkhd.height.integer().into()),
    }
}
