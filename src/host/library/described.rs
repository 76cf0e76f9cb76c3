//! What a file says of itself.

use sha2::{Digest, Sha256};

use super::fold::fold;
pub use crate::protocol::MoreTags;
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
    /// Whether a tag says so; what all its tracks say together decides otherwise.
    pub told: bool,
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
        Self { id: AlbumId(id), title, artist, told: true }
    }
}

/// Several values as one text for people.
pub fn joined(values: &[String]) -> Option<String> {
    (!values.is_empty()).then(|| values.join("; "))
}
