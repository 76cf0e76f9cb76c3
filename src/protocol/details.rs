//! What a track holds beside its first sound and pictures, and what the media engine says of itself.

use serde::{Deserialize, Serialize};

/// Body of a `details` reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The file's sounds, in the order of `stream`.
    pub sounds: Vec<SoundStream>,
    pub subtitles: Vec<Subtitle>,
    /// By start.
    pub chapters: Vec<Chapter>,
}

/// One sound of a file: a language, or a commentary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundStream {
    pub stream: u8,
    /// BCP 47, e.g. `en`; `None` when the file does not say.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// For people, e.g. `AC-3`.
    pub codec: String,
    pub channels: u8,
    /// Type of its `audio_copy`; `None` when it must be encoded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mime: Option<String>,
    #[serde(default)]
    pub is_default: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subtitle {
    /// For a `subtitle` request; lower-case letters, digits and `-`.
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    #[serde(default)]
    pub is_default: bool,
    #[serde(default)]
    pub is_forced: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    pub start_ms: u64,
    pub title: String,
}

/// How small pictures lie on a preview strip: picture `n` is at column `n % columns`, row `n / columns`, and shows time `n * interval_ms`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewHead {
    /// Pixels of one picture.
    pub width: u32,
    pub height: u32,
    pub columns: u32,
    pub count: u32,
    pub interval_ms: u64,
}

/// What the media engine can do on this machine, and what it is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaStatus {
    /// The encoder of pictures, e.g. `x264enc`; `None` when there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub video_encoder: Option<String>,
    /// It is a graphics card's.
    #[serde(default)]
    pub hardware: bool,
    /// What cannot be played until something is installed.
    #[serde(default)]
    pub missing: Vec<MissingPart>,
    /// Tracks that the host has listened to for their loudness, of how many with sound; and whether that work waits for listeners.
    #[serde(default)]
    pub analysed: u64,
    #[serde(default)]
    pub to_analyse: u64,
    #[serde(default)]
    pub analysis_paused: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingPart {
    /// For people, e.g. `WMA`.
    pub what: String,
    /// Debian package, e.g. `gstreamer1.0-libav`.
    pub package: String,
    /// Tracks that wait for it.
    pub tracks: u64,
}
