//! What a host answers.

use serde::{Deserialize, Serialize};

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
    Segment {},
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
