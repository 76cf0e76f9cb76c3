//! What a host answers.

use serde::{Deserialize, Serialize};

use super::details::{MediaStatus, PreviewHead};
use super::error::ErrorBody;
use super::media::{Timeline, TrackRow};

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
    Status(HostStatus),
    /// Body: [`BrowsePage`] as JSON.
    Browse {
        total: u64,
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
    /// Body: a byte for each equally long part of the track, its loudest sample, 255 for full scale.
    Waveform {},
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
    #[serde(default)]
    pub media: MediaStatus,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrowsePage {
    pub tracks: Vec<TrackRow>,
}

impl From<ErrorBody> for ReplyHeader {
    fn from(error: ErrorBody) -> Self {
        Self::Error { error }
    }
}
