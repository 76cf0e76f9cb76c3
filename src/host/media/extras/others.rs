//! Streams of files that are neither MP4 nor Matroska.

use std::path::Path;

use super::details::STREAMS_MAX;
use crate::host::media::error::MediaError;
use crate::host::media::probe;
use crate::protocol::{Details, SoundStream};

/// Their sounds. Subtitles within such files (of DVD, of television) are pictures nearly always, and are left out.
pub fn details(path: &Path) -> Result<Details, MediaError> {
    let sounds = (0u8..).zip(probe::sounds(path)?).take(STREAMS_MAX).map(|(stream, (source, language))| SoundStream {
        stream,
        language,
        title: None,
        codec: source.codec,
        channels: source.channels,
        mime: None,
        is_default: stream == 0,
    });
    Ok(Details { sounds: sounds.collect(), ..Details::default() })
}
