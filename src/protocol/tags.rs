//! What a file says of itself beyond its row.

use serde::{Deserialize, Serialize};

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

/// Body of an `info` reply: the file, and all that its tags say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackInfo {
    /// The file's; bytes that are not UTF-8 are shown as `\u{FFFD}`.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// RFC 3339, as the file system says.
    pub modified_at: String,
    pub added_at: String,
    /// Each by itself.
    #[serde(default)]
    pub artists: Vec<String>,
    #[serde(default)]
    pub album_artists: Vec<String>,
    #[serde(default)]
    pub composers: Vec<String>,
    #[serde(default)]
    pub genres: Vec<String>,
    #[serde(default)]
    pub tags: MoreTags,
}

/// Body of a `lyrics` reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lyrics {
    /// Lines, with an empty one between verses.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub plain: Option<String>,
    /// By time: milliseconds, and what is sung then; empty where nothing is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub synced: Option<Vec<(u64, String)>>,
    /// As the file names it: ISO 639-2 in ID3.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
}
