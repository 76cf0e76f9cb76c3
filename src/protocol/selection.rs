//! Which tracks of a library, in which order: pages of rows and lists for the column browser.

use serde::{Deserialize, Serialize};

use super::error::{ErrorBody, ErrorCode};
use super::limits::{BROWSE_ROWS_MAX, SEARCH_BYTES_MAX, SELECTED_VALUES_MAX};
use super::media::MediaKind;
use super::rules::Rules;
use crate::types::AlbumId;

/// What all of these say holds for a track. A list lets through what any of its values fits; an empty one everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<MediaKind>,
    /// Words that its texts have, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// No other words are looked for instead of those that no track has.
    #[serde(skip_serializing_if = "is_false")]
    pub exact: bool,
    /// As a facet lists them; an empty text is a track without one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub genres: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub artists: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub album_artists: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub composers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub albums: Vec<AlbumId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<Only>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Rules>,
}

/// A part of the library that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Only {
    /// Songs that are there more than once.
    Duplicates,
    /// Tracks whose file has vanished. All other selections leave them out.
    Missing,
    /// What the listener loves.
    Loved,
    /// Begun and not finished: long tracks and videos with a place to go on from.
    Unfinished,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    Title,
    Artist,
    /// By album artist, album, disc and number.
    Album,
    Composer,
    Genre,
    Year,
    Duration,
    Added,
    Bpm,
    Kbps,
    Size,
    /// The listener's own.
    Plays,
    LastPlayed,
    Rating,
}

/// One page of the library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Browse {
    #[serde(default)]
    pub selection: Selection,
    pub sort: SortKey,
    #[serde(default)]
    pub descending: bool,
    /// With where each file is. Of no effect for others than the owner.
    #[serde(default, skip_serializing_if = "is_false")]
    pub files: bool,
    /// Of duplicates: what is the same comes together, where the first of it would be.
    #[serde(default, skip_serializing_if = "is_false")]
    pub together: bool,
    pub offset: u32,
    /// 1..=500
    pub limit: u16,
}

/// One page of a column of the browser: which values the selected tracks have, and how many have each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facets {
    pub of: Facet,
    #[serde(default)]
    pub selection: Selection,
    #[serde(default)]
    pub order: FacetOrder,
    pub offset: u32,
    /// 1..=500
    pub limit: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    Genre,
    Artist,
    AlbumArtist,
    Album,
    Composer,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FacetOrder {
    /// As names sort; albums by artist, then title.
    #[default]
    Name,
    /// Albums alone: by title.
    Title,
    /// Albums alone, newest first.
    Year,
    /// What was added last, first.
    Added,
}

impl Browse {
    pub(super) fn check(&self) -> Result<(), ErrorBody> {
        rows(self.limit)?;
        self.selection.check()
    }
}

impl Facets {
    pub(super) fn check(&self) -> Result<(), ErrorBody> {
        rows(self.limit)?;
        self.selection.check()
    }
}

impl Selection {
    pub(super) fn check(&self) -> Result<(), ErrorBody> {
        if self.search.as_ref().is_some_and(|text| text.len() > SEARCH_BYTES_MAX) {
            return Err(bad(format!("a search is at most {SEARCH_BYTES_MAX} bytes")));
        }
        let values = [&self.genres, &self.artists, &self.album_artists, &self.composers].map(Vec::len);
        if values.iter().chain([&self.albums.len()]).any(|count| *count > SELECTED_VALUES_MAX) {
            return Err(bad(format!("at most {SELECTED_VALUES_MAX} values of a column can be selected")));
        }
        self.rules.as_ref().map_or(Ok(()), Rules::check)
    }
}

fn rows(limit: u16) -> Result<(), ErrorBody> {
    if (1..=BROWSE_ROWS_MAX).contains(&limit) { Ok(()) } else { Err(bad(format!("limit is 1 to {BROWSE_ROWS_MAX} rows"))) }
}

fn bad(detail: String) -> ErrorBody {
    ErrorBody::new(ErrorCode::BadRequest, detail)
}

fn is_false(flag: &bool) -> bool {
    !flag
}
