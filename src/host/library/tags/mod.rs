//! What a file's tags say, and for songs what its own headers say of its sound.
//!
//! Each format has a file that gathers its tags as [`fields::Fields`]; `describe` makes of these what the library keeps. All of it is
//! untrusted: numbers and lengths are bounded while they are read, in time that grows with the tag's bytes only.

mod ape;
mod asf;
mod chunks;
mod clean;
mod comments;
mod describe;
mod encoding;
mod fields;
mod gain;
mod genre;
mod id3;
mod key;
pub(super) mod lyrics;
mod mp4;
mod names;
mod popm;
mod silent;
mod song;
mod sylt;

use std::fs::File;
use std::path::Path;

pub(super) use silent::Silent;
pub(super) use song::is_tagged;

use super::described::Described;
use crate::host::media::Probed;
use crate::protocol::MediaKind;
use fields::Fields;

/// What a file says, and the picture in it.
pub(super) struct Tagged {
    pub(super) described: Described,
    pub(super) picture: Option<Vec<u8>>,
}

/// A song by its tags and headers; `root`: the media folder that it lies in.
pub(super) fn song(path: &Path, root: Option<&Path>, file: &File) -> Result<Tagged, Silent> {
    let (probed, fields) = song::read(path, file)?;
    Ok(tagged(path, root, probed, fields))
}

/// The tags of a file that was looked at in another way.
pub(super) fn tags_of(path: &Path, file: &File) -> Fields {
    let mut fields = Fields::default();
    song::tags_of(path, file, &mut fields);
    fields
}

/// A library item of what is known of a file; a demuxer's words count where tags say nothing.
pub(super) fn tagged(path: &Path, root: Option<&Path>, probed: Probed, mut fields: Fields) -> Tagged {
    let Probed { duration_ms, source, tags } = probed;
    fields.fill(describe::said(&tags));
    let kind = if source.video.is_some() { MediaKind::Video } else { MediaKind::Audio };
    let picture_codec = source.video.as_ref().map(|video| &video.codec);
    let codec = picture_codec.or(source.audio.as_ref().map(|audio| &audio.codec)).cloned().unwrap_or_default();
    let described = describe::described(path, root, kind, &fields);
    let has_lyrics = described.has_lyrics || (kind == MediaKind::Audio && lyrics::has_beside(path));
    let described = Described { duration_ms, codec, source, has_lyrics, ..described };
    Tagged { described, picture: fields.take_picture() }
}
