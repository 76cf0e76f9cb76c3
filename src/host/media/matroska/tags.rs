//! What a Matroska file says of its work: the title of its Info and the official names of tags (RFC 9559, section 5.1.8; the Matroska tag
//! registry), as well as those that ffmpeg writes.

use std::path::Path;

use super::ebml::{child, children, number_in, text_in};
use super::facts::TAGS_BYTES_MAX;
use super::header::Matroska;
use super::ids;
use crate::host::media::error::MediaError;
use crate::host::media::job::Tags;

/// Tags of a file that are read.
const TAGS_MAX: usize = 500;
/// A name or value is cut here, characters: all of them travel in one answer.
const CHARS_MAX: usize = 1_000;

/// # Errors
/// As [`super::facts()`].
pub fn tags(path: &Path) -> Result<Tags, MediaError> {
    let mut file = Matroska::open(path)?;
    let others = said(&file.optional(ids::TAGS, TAGS_BYTES_MAX));
    let value = |name: &str| others.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone());
    let find = |names: &[&str]| names.iter().find_map(|name| value(name));
    Ok(Tags {
        title: file.title.clone(),
        artist: find(&["ARTIST", "LEAD_PERFORMER"]),
        album: find(&["ALBUM"]),
        album_artist: find(&["ALBUM_ARTIST"]),
        genre: find(&["GENRE"]),
        date: find(&["DATE_RELEASED", "DATE", "DATE_RECORDED"]),
        track_no: find(&["TRACK", "PART_NUMBER"]).as_deref().and_then(number),
        disc_no: find(&["DISC"]).as_deref().and_then(number),
        others,
    })
}

/// Names and values of the whole file, not of one of its tracks.
fn said(tags: &[u8]) -> Vec<(String, String)> {
    let of_file = children(tags).filter(|(id, tag)| {
        let track = child(tag, ids::TARGETS).and_then(|targets| number_in(targets, ids::TAG_TRACK_UID));
        *id == ids::TAG && track.unwrap_or(0) == 0
    });
    let simple = of_file.flat_map(|(_, tag)| children(tag)).filter(|(id, _)| *id == ids::SIMPLE_TAG);
    let cut = |text: String| text.chars().take(CHARS_MAX).collect::<String>();
    simple
        .filter_map(|(_, simple)| Some((cut(text_in(simple, ids::TAG_NAME)?), cut(text_in(simple, ids::TAG_STRING)?))))
        .take(TAGS_MAX)
        .collect()
}

/// The first of `3/9`.
fn number(text: &str) -> Option<u32> {
    text.split('/').next()?.trim().parse().ok().filter(|number| *number > 0)
}
