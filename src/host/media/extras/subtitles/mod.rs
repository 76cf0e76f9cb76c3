//! Subtitles from any hand, as WebVTT that is safe to give to a browser.
//!
//! Readers turn bytes into cues of styled characters; [`cues::Cues`] alone writes. So no markup, style sheet, region or name of a file gets
//! through, whatever it holds. Every reader is linear in its input and keeps nothing beyond the limits.

mod ass;
mod clock;
mod cues;
mod encoding;
#[cfg(test)]
mod laws;
mod markup;
mod srt;
mod text;
mod tx3g;
mod vtt;

pub use clock::parse as parse_clock;
pub use cues::CUES_MAX;

use cues::Cues;

/// A longer file is not read, bytes. Subtitles of a long film with all their effects have less than 2 MB.
pub const INPUT_BYTES_MAX: usize = 10 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    SubRip,
    /// Also SubStation Alpha.
    Ass,
    WebVtt,
}

impl Format {
    /// By a file name's extension, of any case.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "srt" => Some(Self::SubRip),
            "ass" | "ssa" => Some(Self::Ass),
            "vtt" => Some(Self::WebVtt),
            _ => None,
        }
    }
}

/// One embedded cue as a container holds it. Times are the content's, in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    pub start_ms: i64,
    pub end_ms: i64,
    pub data: Vec<u8>,
}

/// How packets are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding<'a> {
    /// `S_TEXT/UTF8`.
    Plain,
    /// `S_TEXT/ASS`, `S_TEXT/SSA`, with the script's header.
    Ass { header: &'a [u8] },
    /// `S_TEXT/WEBVTT`.
    WebVtt,
    /// MP4's `tx3g`.
    Tx3g,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubtitleError {
    #[error("This subtitle file is too large to be one.")]
    TooLarge,
    #[error("This subtitle file holds nothing that can be shown.")]
    Empty,
}

/// A subtitle file as WebVTT. `language` (BCP 47) helps to read old encodings.
///
/// # Errors
/// When it is too large, or holds not one cue.
pub fn file_to_webvtt(bytes: &[u8], format: Format, language: Option<&str>) -> Result<String, SubtitleError> {
    if bytes.len() > INPUT_BYTES_MAX {
        return Err(SubtitleError::TooLarge);
    }
    let text = encoding::decode(bytes, language);
    let mut cues = Cues::default();
    match format {
        Format::SubRip => srt::read(&text, &mut cues),
        Format::Ass => ass::read(&text, &mut cues),
        Format::WebVtt => vtt::read(&text, &mut cues),
    }
    if cues.is_empty() { Err(SubtitleError::Empty) } else { Ok(cues.write()) }
}

/// Embedded cues as WebVTT; without any it is an empty file, which says so.
pub fn packets_to_webvtt<'a>(packets: impl IntoIterator<Item = &'a Packet>, coding: Coding<'_>) -> String {
    let mut cues = Cues::default();
    let script = match coding {
        Coding::Ass { header } => ass::Script::header(&String::from_utf8_lossy(&header[..header.len().min(INPUT_BYTES_MAX)])),
        _ => ass::Script::default(),
    };
    for Packet { start_ms, end_ms, data } in packets {
        if cues.is_full() {
            break;
        }
        let text = String::from_utf8_lossy(data);
        let text = text.trim_end_matches('\0');
        match coding {
            Coding::Plain => srt::cue(*start_ms, *end_ms, &text.lines().collect::<Vec<_>>(), &mut cues),
            Coding::Ass { .. } => script.block(*start_ms, *end_ms, text, &mut cues),
            Coding::WebVtt => vtt::cue(*start_ms, *end_ms, "", text, &mut cues),
            Coding::Tx3g => tx3g::cue(*start_ms, *end_ms, data, &mut cues),
        }
    }
    cues.write()
}
