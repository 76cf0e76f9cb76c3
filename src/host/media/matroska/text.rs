//! Subtitles of a Matroska file.

use std::path::Path;

use super::blocks::Walker;
use super::facts::text_codec;
use super::header::Matroska;
use super::index::text_places;
use super::tracks::Kind;
use crate::host::media::error::MediaError;
use crate::host::media::streams::{TextCodec, TextPacket};

/// A cue is a line or two; what is longer is no text.
const PACKET_BYTES_MAX: usize = 64 * 1024;

/// Hands out the packets of the `number`th subtitle stream (as `facts` counts them), in the file's order, one at a time. Goes by the Cues where
/// they list the stream, else along the headers of all blocks.
///
/// # Errors
/// `NotFound` when there is no such stream of text, `Unplayable` when the file is damaged; whatever `out` fails with.
pub fn text_packets(path: &Path, number: usize, out: &mut dyn FnMut(TextPacket) -> Result<(), MediaError>) -> Result<(), MediaError> {
    packets(&mut Matroska::open(path)?, number, out)
}

/// As [`text_packets`].
pub fn packets(file: &mut Matroska, number: usize, out: &mut dyn FnMut(TextPacket) -> Result<(), MediaError>) -> Result<(), MediaError> {
    let found = file.tracks.iter().filter(|track| track.kind == Kind::Text).nth(number).cloned();
    let track = found.filter(|track| !matches!(text_codec(track), TextCodec::Other { .. }));
    let none = |what: &str| MediaError::NotFound { what: what.to_owned() };
    let track = track.ok_or_else(|| none("This file has no such subtitles, or they are pictures."))?;
    let packing = track.packing.clone().ok_or_else(|| none("These subtitles are packed in a way that is not known."))?;
    let (origin, tick_ns) = (file.origin()?, u128::from(file.tick_ns));
    let Some(at) = file.first_cluster else { return Ok(()) };
    let millis = |ticks: u64| u64::try_from(u128::from(ticks) * tick_ns / 1_000_000).unwrap_or(u64::MAX);
    let mut places = text_places(file, track.number).into_iter().peekable();
    let is_listed = places.peek().is_some();
    let mut walker = Walker::new(at, file.segment_end);
    loop {
        if let Some(place) = places.next() {
            walker = place.walk(file)?;
        } else if is_listed {
            return Ok(());
        }
        let Some(block) = walker.next(&mut file.input, track.number)? else { return Ok(()) };
        let start_ms = millis(u64::try_from(block.stamp - origin).unwrap_or(0));
        for (at, length) in block.frames.into_iter().filter(|(_, length)| *length <= PACKET_BYTES_MAX as u64) {
            let mut text = Vec::new();
            file.input.read(at, length, &mut text)?;
            let text = packing.unpack(text, PACKET_BYTES_MAX)?;
            out(TextPacket { start_ms, duration_ms: block.duration.map(millis), text })?;
        }
    }
}
