//! What a file is: how its first sound and pictures are coded, and how long it lasts.
//!
//! The headers of MP4 and Matroska say it all and are read by our own code; for anything else GStreamer looks, in a worker process.

mod discover;
mod headers;
mod limits;
mod prober;

use std::path::Path;

use gstreamer as gst;

pub use limits::check;
pub use prober::Prober;

use super::copy;
use super::error::MediaError;
use super::job::Probed;
use super::mp4::{PictureCodec, probe_mp4};
use crate::protocol::SourceMedia;

/// Looks at a file that is known to be a regular one. In a worker: what GStreamer makes of a hostile file is not to hit the host.
///
/// # Errors
/// `Unplayable` when it is no media, `MissingPlugin` when nothing can be told of it until something is installed.
pub fn probe(path: &Path) -> Result<Probed, MediaError> {
    let mut probed = discover::discover(path)?;
    match &mut probed.source {
        SourceMedia { video: Some(video), .. } if is_copied(path) => video.mime = Some(H264_MIME.to_owned()),
        SourceMedia { audio: Some(audio), video: None } => audio.mime = copy::mime(path),
        _ => {}
    }
    Ok(probed)
}

/// Of pictures that pass through.
const H264_MIME: &str = "video/mp4; codecs=\"avc1.640028\"";

fn is_copied(path: &Path) -> bool {
    probe_mp4(path).is_ok_and(|mp4| mp4.video == Some(PictureCodec::H264))
}

/// The width of a picture in square pixels, by the shape that its pixels have.
fn square(width: u32, shape: Option<gst::Fraction>) -> u32 {
    let part = |number: i32| u64::from(number.unsigned_abs().max(1));
    let (wide, high) = shape.map_or((1, 1), |shape| (part(shape.numer()), part(shape.denom())));
    u32::try_from((u64::from(width) * wide + high / 2) / high).unwrap_or(u32::MAX)
}

/// 0/1 is what GStreamer says of pictures at no steady pace: 0, not known.
fn per_1000_s(rate: gst::Fraction) -> u32 {
    let (frames, seconds) = (i64::from(rate.numer()), i64::from(rate.denom()));
    if seconds <= 0 { 0 } else { u32::try_from(frames * 1000 / seconds).unwrap_or(0) }
}
