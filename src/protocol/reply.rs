//! What a host answers.

use serde::{Deserialize, Serialize};

use super::away::Away;
use super::details::{MediaStatus, PreviewHead};
use super::error::ErrorBody;
use super::media::{Timeline, TrackRow};
use super::scan::ScanStatus;
use crate::types::{AlbumId, ArtId, TrackId};

/// The first frame of a reply; the body follows it to the end of the stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum ReplyHeader {
    Ok {
        /// Bytes of the body; `None` when not known beforehand.
        length: Option<u64>,
        reply: Reply,
    },
    Error {
        error: ErrorBody,
    },
}

/// What the body is, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Reply {
    Status(Box<HostStatus>),
    /// Body: [`BrowsePage`] as JSON.
    Browse {
        total: u64,
        /// Of all of them, not only this page.
        #[serde(default)]
        duration_ms: u64,
        #[serde(default)]
        bytes: u64,
        /// What was searched for instead of words that no track has.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        corrected: Option<String>,
    },
    /// Body: [`FacetPage`] as JSON.
    Facets {
        total: u64,
        /// The selected tracks, whatever the values of this column.
        tracks: u64,
        /// Those of them that have no value. Of names they are the last value, which has an empty name; of albums they are not listed.
        #[serde(default)]
        without: u64,
    },
    /// Body: [`BrowsePage`] as JSON.
    Tracks {},
    Purge {
        /// How many tracks.
        count: u64,
        /// When: by this it is undone, within 30 days.
        at_ms: i64,
    },
    Unpurge {
        count: u64,
    },
    /// Body: the picture.
    Art {
        content_type: String,
    },
    /// Body: the init segment.
    Init(Timeline),
    /// Body: the media segment.
    Segment {
        /// How many parts (`moof` and `mdat`) the body has, so that one of unknown length shows whether it is whole; absent for MP3.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chunks: Option<u32>,
    },
    /// Body: [`super::Details`] as JSON.
    Details {},
    /// Body: WebVTT.
    Subtitle {},
    /// Body: one JPEG with all pictures in rows.
    Preview(PreviewHead),
    /// Body: [`super::TrackInfo`] as JSON.
    Info {},
    /// Body: [`super::Lyrics`] as JSON.
    Lyrics {},
    /// Body: a byte for each equally long part of the track, its loudest sample, 255 for full scale.
    Waveform {},
    Played {},
    Rate {},
    Love {},
    Resume {},
    Reset {},
    /// Body: [`ChangedTracks`] as JSON.
    Changes {
        /// To ask with next. It grows, also over the host's restarts.
        version: u64,
        /// Too much has changed to be named: what is shown is to be asked for again.
        reset: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostStatus {
    pub name: String,
    pub version: String,
    pub tracks: u64,
    pub videos: u64,
    pub duration_ms: u64,
    pub bytes: u64,
    pub scanning: bool,
    /// There while it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scan: Option<ScanStatus>,
    #[serde(skip_serializing_if = "Away::is_nothing", default)]
    pub away: Away,
    #[serde(default)]
    pub media: MediaStatus,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrowsePage {
    pub tracks: Vec<TrackRow>,
}

/// At most [`super::limits::CHANGED_TRACKS_MAX`], each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedTracks {
    /// New ones, and those of which a row shows something else now.
    pub changed: Vec<TrackId>,
    /// No longer in the library.
    pub removed: Vec<TrackId>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetPage {
    pub values: Vec<FacetValue>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetValue {
    /// Empty for the tracks without one.
    pub name: String,
    pub tracks: u64,
    /// What follows is for albums alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub album: Option<AlbumId>,
    /// Whose album it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub year: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub art: Option<ArtId>,
}

impl From<ErrorBody> for ReplyHeader {
    fn from(error: ErrorBody) -> Self {
        Self::Error { error }
    }
}
