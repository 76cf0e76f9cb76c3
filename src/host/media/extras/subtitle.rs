//! One subtitle of a track, from a file beside it or from a stream within it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::beside::{is_beside, language_of_id};
use super::subtitles::{Coding, Format, INPUT_BYTES_MAX, Packet, SubtitleError, file_to_webvtt, packets_to_webvtt};
use crate::host::media::error::MediaError;
use crate::host::media::streams::{self, TextCodec, TextPacket};

/// What a stream's id begins with; its place among the file's subtitles follows.
pub const STREAM_PREFIX: &str = "s";
/// Packets that are read of a stream, and their bytes; the rest is left out.
const PACKETS_MAX: usize = 60_000;
/// Of a cue that does not say how long it is shown, and is the last.
const LAST_MS: u64 = 5_000;

/// The subtitle `id` as WebVTT. `path` leads to the video, or to the file beside it that the id is of and whose name is `name`.
///
/// # Errors
/// `NotFound` for an id that the file does not have, `Unplayable` when it holds nothing to show.
pub fn webvtt(path: &Path, name: &Path, id: &str) -> Result<String, MediaError> {
    if is_beside(id) {
        return file(path, name, id);
    }
    let number = id.strip_prefix(STREAM_PREFIX).and_then(|number| number.parse().ok()).ok_or_else(no_such)?;
    stream(path, number)
}

fn no_such() -> MediaError {
    MediaError::NotFound { what: "There is no such subtitle.".to_owned() }
}

fn file(path: &Path, name: &Path, id: &str) -> Result<String, MediaError> {
    let format = name.extension().and_then(|extension| Format::of_extension(extension.to_str()?)).ok_or_else(no_such)?;
    let mut bytes = Vec::new();
    // One byte more than allowed, so that a longer file is known for one.
    let read = File::open(path).and_then(|file| file.take(INPUT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|_| MediaError::Gone)?;
    Ok(file_to_webvtt(&bytes, format, language_of_id(id))?)
}

fn stream(path: &Path, number: usize) -> Result<String, MediaError> {
    let facts = streams::facts(path)?.ok_or_else(no_such)?;
    let codec = &facts.subtitles.get(number).ok_or_else(no_such)?.source;
    let coding = match codec {
        TextCodec::SubRip => Coding::Plain,
        TextCodec::Ass { header } => Coding::Ass { header: header.as_bytes() },
        TextCodec::WebVtt => Coding::WebVtt,
        TextCodec::TimedText => Coding::Tx3g,
        TextCodec::Other { .. } => {
            return Err(MediaError::NotFound { what: "These subtitles are pictures, which cannot be shown.".to_owned() });
        }
    };
    Ok(packets_to_webvtt(&packets(path, number)?, coding))
}

fn packets(path: &Path, number: usize) -> Result<Vec<Packet>, MediaError> {
    let mut found: Vec<TextPacket> = Vec::new();
    let mut bytes = 0;
    streams::text_packets(path, number, &mut |packet| {
        bytes += packet.text.len();
        if found.len() < PACKETS_MAX && bytes <= INPUT_BYTES_MAX {
            found.push(packet);
        }
        Ok(())
    })?;
    // One without a length is shown until the next.
    let nexts: Vec<Option<u64>> = found.iter().skip(1).map(|next| Some(next.start_ms)).chain([None]).collect();
    let timed = |(packet, next): (TextPacket, Option<u64>)| {
        let until = packet
            .duration_ms
            .map(|length| packet.start_ms.saturating_add(length))
            .or(next)
            .unwrap_or(packet.start_ms.saturating_add(LAST_MS));
        let ms = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        Packet { start_ms: ms(packet.start_ms), end_ms: ms(until), data: packet.text }
    };
    Ok(found.into_iter().zip(nexts).map(timed).collect())
}

impl From<SubtitleError> for MediaError {
    fn from(error: SubtitleError) -> Self {
        Self::Unplayable(error.to_string())
    }
}
