//! What a file is: how its first sound and pictures are coded, and how long it lasts.
//!
//! The headers of MP4 and Matroska say it all and are read by our own code; for anything else GStreamer looks, in a worker process.

mod discover;
mod headers;
mod limits;
mod prober;
mod said;

use std::path::Path;

use gstreamer as gst;

pub use discover::sounds;
pub use limits::check;
pub use prober::Prober;

use super::copy;
use super::error::MediaError;
use super::job::{Probed, Tags};
use super::matroska;
use super::mp4;
use super::plugins;
use super::streams::{Container, Stream};
use crate::protocol::SourceMedia;

/// Looks at a file that is known to be a regular one. In a worker: what GStreamer makes of a hostile file is not to hit the host.
///
/// # Errors
/// `Unplayable` when it is no media, `MissingPlugin` when nothing can be told of it until something is installed.
pub fn probe(path: &Path) -> Result<Probed, MediaError> {
    match told(path) {
        Some(told) => Ok(told),
        None => {
            let mut probed = discover::discover(path)?;
            if let Some(audio) = &mut probed.source.audio {
                audio.mime = copy::mime(path);
            }
            Ok(probed)
        }
    }
}

/// By the headers of a container of which we know every box; `None` for others, and when they do not tell enough.
fn told(path: &Path) -> Option<Probed> {
    let container = Container::of(path).ok()??;
    let facts = match container {
        Container::Mp4 => mp4::facts(path),
        Container::Matroska => matroska::facts(path),
    };
    let facts = facts.ok().filter(|facts| facts.duration_ms > 0)?;
    let mut source = SourceMedia { audio: first(facts.sounds), video: first(facts.pictures) };
    let mut names = source.audio.iter().map(|audio| &audio.codec).chain(source.video.iter().map(|video| &video.codec)).peekable();
    // A code of four letters says nothing to people.
    let is_vague = source.audio.as_ref().is_some_and(|audio| audio.rate == 0 || audio.channels == 0);
    if is_vague || names.peek().is_none() || !names.all(|name| plugins::is_name(name)) {
        return None;
    }
    if let (Container::Mp4, Some(audio)) = (container, &mut source.audio) {
        audio.mime = copy::mime(path);
    }
    let tags = match container {
        // The library reads those of an MP4 itself.
        Container::Mp4 => Tags { title: facts.title, ..Tags::default() },
        Container::Matroska => matroska::tags(path).unwrap_or_default(),
    };
    Some(Probed { duration_ms: facts.duration_ms, source, tags })
}

fn first<T>(streams: Vec<Stream<T>>) -> Option<T> {
    streams.into_iter().next().map(|stream| stream.source)
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
