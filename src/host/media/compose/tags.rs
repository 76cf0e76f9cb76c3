//! Titles, numbers and pictures into files, in each format's own tags.

use std::path::Path;

use lofty::config::WriteOptions;
use lofty::file::{AudioFile, TaggedFileExt};
use lofty::picture::{MimeType, Picture, PictureType};
use lofty::tag::{Accessor, ItemKey, Tag};

use super::error::ComposeError;

/// What a file says of itself.
#[derive(Clone, Debug)]
pub struct Tags {
    pub title: &'static str,
    pub artist: &'static str,
    pub album: &'static str,
    pub genre: &'static str,
    pub year: u16,
    /// 1 based number and how many there are; none for what is on no album.
    pub track: Option<(u32, u32)>,
}

/// Adds `tags` and the JPEG `cover` to the file at `path`.
pub fn write(path: &Path, tags: &Tags, cover: &[u8]) -> Result<(), ComposeError> {
    let told = |detail: String| ComposeError::Tags { path: path.to_owned(), detail };
    let mut file = lofty::read_from_path(path).map_err(|error| told(error.to_string()))?;
    file.insert_tag(filled(Tag::new(file.primary_tag_type()), tags, cover));
    file.save_to_path(path, WriteOptions::default()).map_err(|error| told(error.to_string()))
}

fn filled(mut tag: Tag, tags: &Tags, cover: &[u8]) -> Tag {
    tag.set_title(tags.title.to_owned());
    tag.set_artist(tags.artist.to_owned());
    tag.set_album(tags.album.to_owned());
    tag.set_genre(tags.genre.to_owned());
    tag.insert_text(ItemKey::AlbumArtist, tags.artist.to_owned());
    tag.insert_text(ItemKey::RecordingDate, tags.year.to_string());
    if let Some((number, of)) = tags.track {
        tag.set_track(number);
        tag.set_track_total(of);
    }
    let picture = Picture::unchecked(cover.to_vec()).pic_type(PictureType::CoverFront).mime_type(MimeType::Jpeg);
    tag.push_picture(picture.build());
    tag
}
