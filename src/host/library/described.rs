//! What a file says of itself.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::fold::fold;
use crate::protocol::{MediaKind, SourceMedia};
use crate::types::AlbumId;

/// What is kept of a file's tags and headers. Texts are fit to show: one line, of bounded length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    pub kind: MediaKind,
    pub title: String,
    pub artists: Vec<String>,
    pub album: Option<AlbumTag>,
    /// As the tag has them; an album of none is whose its artists are.
    pub album_artists: Vec<String>,
    pub composers: Vec<String>,
    pub genres: Vec<String>,
    pub track_no: Option<u32>,
    pub disc_no: Option<u32>,
    pub year: Option<i32>,
    /// Beats a minute.
    pub bpm: Option<u32>,
    /// 1 to 100, 20 for each star.
    pub rating: Option<u8>,
    pub compilation: bool,
    /// In the file, or beside it.
    pub has_lyrics: bool,
    pub duration_ms: u64,
    /// For people, e.g. `FLAC`.
    pub codec: String,
    pub source: SourceMedia,
    pub more: MoreTags,
}

/// An album, and what makes it one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlbumTag {
    pub id: AlbumId,
    pub title: String,
    /// Whose it is, for people.
    pub artist: Option<String>,
}

impl AlbumTag {
    /// Tracks whose `parts` are the same, regardless of case and accents, are of one album.
    pub fn new(parts: &[&str], title: String, artist: Option<String>) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(fold(part));
            digest.update([0]);
        }
        let digest: [u8; 32] = digest.finalize().into();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self { id: AlbumId(id), title, artist }
    }
}

/// Tags that are only shown, or sorted or ruled by when they are there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MoreTags {
    /// How these sort, where a tag says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_album: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_album_artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_composer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track_total: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disc_total: Option<u32>,
    /// `1999-05-01`, as exact as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disc_subtitle: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grouping: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub movement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub movement_no: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub movement_total: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conductor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lyricist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copyright: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isrc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mood: Option<String>,
    /// ReplayGain or R 128 as the file says, hundredths of dB towards -18 LUFS; peaks are parts of full scale in millionths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track_gain_cdb: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub album_gain_cdb: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track_peak_ppm: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub album_peak_ppm: Option<u32>,
    /// MusicBrainz: UUIDs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mb_recording: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mb_track: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mb_release: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mb_release_group: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mb_artists: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mb_album_artists: Vec<String>,
}

/// Several values as one text for people.
pub fn joined(values: &[String]) -> Option<String> {
    (!values.is_empty()).then(|| values.join("; "))
}
