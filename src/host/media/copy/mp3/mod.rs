//! MPEG-1, 2 and 2.5 layer III (ISO/IEC 11172-3, 13818-3) as `audio/mpeg`: whole frames as they lie in the file.

mod header;
mod tag;

use std::fs::File;

use super::frames::{Frames, Head, first_frame};
use super::layout::Layout;
use super::packets::{Copied, Wrap};
use super::window::Window;
use super::{refused, unreadable};
use crate::host::media::error::MediaError;
use crate::protocol::Timeline;
pub use header::Header;
use tag::Tag;

const MIME: &str = "audio/mpeg";
/// Samples by which a decoder lags behind its input (the filterbank's, as the LAME tag counts it). Browsers drop them by themselves.
pub const DECODER_DELAY: u64 = 529;
/// More frames than four days have: a file with more is not music.
const FRAMES_MAX: u64 = 16_000_000;

/// # Errors
/// `NotFound` when the file has no whole frames of one kind, `Unplayable` when it cannot be read.
pub fn open(file: File) -> Result<Copied<Frames<Header>>, MediaError> {
    let (mut frames, header, extent) = survey(file, false)?;
    let layout = Layout::new(std::iter::repeat_n(header.duration(), extent.frames), header.rate, extent.lead_in);
    frames.cut(layout.firsts.clone());
    let timeline =
        Timeline { mime: MIME.to_owned(), timescale: header.rate, lead_in: extent.lead_in, duration: extent.duration, runs: Vec::new() };
    Ok(Copied::new(frames, Wrap::Bare, layout, timeline))
}

/// Rate, and which of the samples that GStreamer decodes are content: how many come before, and how many they are.
///
/// A long file without a tag is read through as well: there is no other way to know its length.
///
/// # Errors
/// Those of [`open`].
pub fn content(file: File) -> Result<(u32, u64, u64), MediaError> {
    let (_, header, extent) = survey(file, true)?;
    Ok((header.rate, extent.tag_samples + extent.lead_in + DECODER_DELAY, extent.duration))
}

/// Reads the file through only where its tag does not count it: a long one too, if `at_any_length`.
fn survey(file: File, at_any_length: bool) -> Result<(Frames<Header>, Header, Extent), MediaError> {
    let mut window = Window::new(file).map_err(unreadable)?;
    let (at, header) = first_frame::<Header>(&mut window).map_err(unreadable)?.ok_or_else(refused)?;
    let tag = Tag::read(&mut window, at, header).map_err(unreadable)?;
    let first = if tag.is_some() { at + header.length() as u64 } else { at };
    let mut frames = Frames::new(window, header, first);
    let count = match declared(tag.as_ref(), &frames.window, at) {
        Some(count) => count,
        None if !at_any_length && !frames.window.is_short() => return Err(refused()),
        None => frames.count().map_err(unreadable)?,
    };
    let extent = Extent::new(count, header.samples, tag.as_ref()).ok_or_else(refused)?;
    Ok((frames, header, extent))
}

/// By the first frames alone.
pub fn mime(file: &File, size: u64) -> Option<String> {
    let mut window = Window::of_few(file.try_clone().ok()?).ok()?;
    window.size = size;
    let (at, header) = first_frame::<Header>(&mut window).ok()??;
    if !window.is_short() {
        let tag = Tag::read(&mut window, at, header).ok()?;
        declared(tag.as_ref(), &window, at)?;
    }
    Some(MIME.to_owned())
}

/// How many frames the tag at `at` says there are, when that can be true of this file.
fn declared(tag: Option<&Tag>, window: &Window, at: u64) -> Option<u64> {
    tag.filter(|tag| tag.fits(window, at))?.frames
}

/// Which of the frames are needed, and what of what they decode to is content.
struct Extent {
    frames: usize,
    /// As a browser counts it: without the decoder's own delay.
    lead_in: u64,
    duration: u64,
    /// What a decoder that takes the tag for sound gives for it.
    tag_samples: u64,
}

impl Extent {
    /// `None` when nothing is left, or it cannot be true.
    fn new(count: u64, samples: u64, tag: Option<&Tag>) -> Option<Self> {
        let decoded = (1..=FRAMES_MAX).contains(&count).then(|| count * samples)?;
        let lead_in = tag.and_then(|tag| tag.gapless).map_or(0, |(delay, _)| delay);
        // What the padding says holds for the frames that the tag counted only; what is behind the last frame is never decoded.
        let padding = tag.filter(|tag| tag.frames == Some(count)).and_then(|tag| tag.gapless).map_or(DECODER_DELAY, |(_, padding)| padding);
        let duration = decoded.checked_sub(lead_in + padding).filter(|duration| *duration > 0)?;
        let tag_samples = tag.filter(|tag| tag.decoded).map_or(0, |_| samples);
        let needed = (lead_in + duration + DECODER_DELAY).div_ceil(samples).min(count);
        Some(Self { frames: usize::try_from(needed).ok()?, lead_in, duration, tag_samples })
    }
}

#[cfg(test)]
mod tests;
