//! What a file holds beside its first sound and pictures.

use std::path::Path;

use super::chapters;
use super::others;
use super::subtitle::STREAM_PREFIX;
use crate::host::media::error::MediaError;
use crate::host::media::streams::{self, FileFacts, Stream, TextCodec};
use crate::protocol::{Details, SoundStream, SourceAudio, Subtitle};
use crate::types::showable;

/// Streams of one kind that are told of: more have no use, and a request counts them in a byte.
pub const STREAMS_MAX: usize = 64;

/// By the headers alone of MP4 and Matroska; of anything else by its tags, and by GStreamer.
pub fn details(path: &Path) -> Result<Details, MediaError> {
    let facts = match streams::facts(path)? {
        Some(facts) => facts,
        None => return Ok(Details { chapters: chapters::of_tags(path), ..others::details(path)? }),
    };
    let FileFacts { sounds, subtitles, chapters, .. } = facts;
    Ok(Details {
        sounds: (0u8..).zip(sounds).take(STREAMS_MAX).map(|(number, stream)| sound(number, stream)).collect(),
        subtitles: subtitles.into_iter().enumerate().filter_map(|(number, stream)| subtitle(number, stream)).take(STREAMS_MAX).collect(),
        chapters: chapters::tidy(chapters),
    })
}

fn sound(number: u8, stream: Stream<SourceAudio>) -> SoundStream {
    let Stream { language, title, is_default, source, .. } = stream;
    let title = title.as_deref().and_then(showable::line);
    SoundStream { stream: number, language, title, codec: source.codec, channels: source.channels, mime: source.mime, is_default }
}

/// `None` for subtitles that are pictures: they cannot be shown as text.
fn subtitle(number: usize, stream: Stream<TextCodec>) -> Option<Subtitle> {
    let Stream { language, title, is_default, is_forced, source } = stream;
    let is_text = !matches!(source, TextCodec::Other { .. });
    let title = title.as_deref().and_then(showable::line);
    is_text.then(|| Subtitle { id: format!("{STREAM_PREFIX}{number}"), language, title, is_default, is_forced })
}
