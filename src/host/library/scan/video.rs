//! Reads one video. Its index says what it holds; tags are welcome but not needed.

use std::fs::File;
use std::path::Path;

use lofty::file::TaggedFileExt;

use super::super::row::Described;
use super::tags::{self, Read};
use crate::host::media::{PictureCodec, offers, probe_mp4};
use crate::protocol::{MediaKind, SourceAudio, SourceMedia, SourceVideo};

pub(super) fn read(path: &Path, file: File) -> Result<Read, String> {
    let probe = probe_mp4(path).map_err(|error| error.to_string())?;
    match probe.video {
        // Sound in a file that is named like a video.
        None => return tags::read_audio(path, file),
        Some(PictureCodec::H264) => {}
        Some(PictureCodec::Other) => return Err("its pictures are not H.264, which alone is played as yet".to_owned()),
    }
    let video = SourceVideo {
        codec: "H.264".to_owned(),
        mime: Some("video/mp4; codecs=\"avc1.640028\"".to_owned()),
        width: probe.width,
        height: probe.height,
        ..SourceVideo::default()
    };
    let audio = probe.has_audio.then(|| SourceAudio { codec: "AAC".to_owned(), ..SourceAudio::default() });
    let source = SourceMedia { audio, video: Some(video) };
    let (renditions, sound) = offers(MediaKind::Video, &source);
    // A film without sound has no audio properties: then it goes by its name.
    let tagged = tags::parse(path, file).ok().map(|(tagged, _)| tagged);
    let tag = tagged.as_ref().and_then(|tagged| tagged.primary_tag().or(tagged.first_tag()));
    let described = Described {
        duration_ms: probe.duration_ms,
        codec: "H.264".to_owned(),
        source,
        renditions,
        sound,
        ..tags::describe(path, MediaKind::Video, tag)
    };
    Ok(Read { described, picture: tag.and_then(tags::front_cover) })
}
