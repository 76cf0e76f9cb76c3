//! Tracks, renditions and timelines as they travel.

use serde::{Deserialize, Serialize};

use crate::types::{AlbumId, ArtId, TrackId};

fn is_false(flag: &bool) -> bool {
    !*flag
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Audio,
    Video,
}

/// Which sense a rendition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Sound,
    Picture,
}

/// One encoding of a track's sound or pictures. Single-track CMAF (ISO/IEC 23000-19), but MP3 as it is: bare frames, `audio/mpeg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rendition {
    /// Opus, 96 kbit/s, stereo, 48 kHz.
    #[serde(rename = "opus_96")]
    Opus96,
    /// Opus, 160 kbit/s, stereo, 48 kHz.
    #[serde(rename = "opus_160")]
    Opus160,
    /// AAC-LC, 128 kbit/s, stereo.
    #[serde(rename = "aac_128")]
    Aac128,
    /// AAC-LC, 256 kbit/s, stereo.
    #[serde(rename = "aac_256")]
    Aac256,
    /// FLAC: the samples of the source, exactly.
    #[serde(rename = "flac")]
    Flac,
    /// The source's own coded sound, not re-encoded.
    #[serde(rename = "audio_copy")]
    AudioCopy,
    /// H.264 of at most 240 lines; so are those below of theirs. Never larger or faster than the source.
    #[serde(rename = "h264_240")]
    H264P240,
    #[serde(rename = "h264_360")]
    H264P360,
    #[serde(rename = "h264_480")]
    H264P480,
    #[serde(rename = "h264_720")]
    H264P720,
    #[serde(rename = "h264_1080")]
    H264P1080,
    /// The source's own coded pictures, not re-encoded.
    #[serde(rename = "video_copy")]
    VideoCopy,
}

impl Rendition {
    pub const ALL: [Self; 12] = [
        Self::Opus96,
        Self::Opus160,
        Self::Aac128,
        Self::Aac256,
        Self::Flac,
        Self::AudioCopy,
        Self::H264P240,
        Self::H264P360,
        Self::H264P480,
        Self::H264P720,
        Self::H264P1080,
        Self::VideoCopy,
    ];
    /// Encoded pictures, smallest first.
    pub const LADDER: [Self; 5] = [Self::H264P240, Self::H264P360, Self::H264P480, Self::H264P720, Self::H264P1080];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opus96 => "opus_96",
            Self::Opus160 => "opus_160",
            Self::Aac128 => "aac_128",
            Self::Aac256 => "aac_256",
            Self::Flac => "flac",
            Self::AudioCopy => "audio_copy",
            Self::H264P240 => "h264_240",
            Self::H264P360 => "h264_360",
            Self::H264P480 => "h264_480",
            Self::H264P720 => "h264_720",
            Self::H264P1080 => "h264_1080",
            Self::VideoCopy => "video_copy",
        }
    }

    pub fn role(self) -> Role {
        if self.lines_max().is_some() || self == Self::VideoCopy { Role::Picture } else { Role::Sound }
    }

    /// Most lines of an encoded picture; `None` for a copy and for sound.
    pub fn lines_max(self) -> Option<u32> {
        match self {
            Self::H264P240 => Some(240),
            Self::H264P360 => Some(360),
            Self::H264P480 => Some(480),
            Self::H264P720 => Some(720),
            Self::H264P1080 => Some(1080),
            _ => None,
        }
    }
}

/// How a rendition's segments lie in time. All numbers are in `timescale` units (Hz).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// For `MediaSource.isTypeSupported` (RFC 6381 codecs parameter).
    pub mime: String,
    pub timescale: u32,
    /// Warm-up at the start of segment 0, before the content.
    pub lead_in: u64,
    /// Exact length of the content; for audio a sample count.
    pub duration: u64,
    /// Runs of equally long segments: `[length, how many]`.
    pub runs: Vec<(u64, u32)>,
}

impl Timeline {
    /// A uniform grid: one `first` segment, then segments of `rest`, covering `duration`.
    ///
    /// The first is short so that sound starts at once. Lengths must be whole codec frames; the last may overrun.
    pub fn uniform_runs(first: u64, rest: u64, duration: u64) -> Vec<(u64, u32)> {
        if duration == 0 || first == 0 || rest == 0 {
            return Vec::new();
        }
        let after_first = duration.saturating_sub(first);
        let more = u32::try_from(after_first.div_ceil(rest)).unwrap_or(u32::MAX);
        if more == 0 { vec![(first, 1)] } else { vec![(first, 1), (rest, more)] }
    }

    pub fn segment_count(&self) -> u32 {
        self.runs.iter().fold(0u32, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Content start and length of segment `index`, `None` past the end.
    pub fn segment(&self, index: u32) -> Option<(u64, u64)> {
        let (mut start, mut left) = (0u64, index);
        for &(length, count) in &self.runs {
            if left < count {
                return Some((start + length * u64::from(left), length));
            }
            start += length * u64::from(count);
            left -= count;
        }
        None
    }
}

/// How a file's first sound and first pictures are coded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMedia {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub audio: Option<SourceAudio>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub video: Option<SourceVideo>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAudio {
    /// For people, e.g. `MP3`.
    pub codec: String,
    /// Type of `audio_copy`, for `MediaSource.isTypeSupported`; `None` when the sound cannot be sent as it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mime: Option<String>,
    /// Bits a second, in thousands, on average.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kbps: Option<u32>,
    /// Hz.
    pub rate: u32,
    pub channels: u8,
    /// Of a lossless codec's integer samples.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bits: Option<u8>,
    #[serde(default)]
    pub lossless: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceVideo {
    /// For people, e.g. `H.264`.
    pub codec: String,
    /// Type of `video_copy`; `None` when the pictures cannot be sent as they are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mime: Option<String>,
    /// Square pixels, as shown: after pixel shape and rotation.
    pub width: u32,
    pub height: u32,
    /// Pictures in a thousand seconds; 0 when not known.
    pub frames_per_1000_s: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kbps: Option<u32>,
}

/// By EBU R 128 and ReplayGain 2.0, in hundredths of a decibel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loudness {
    /// To be added so that the track plays at -18 LUFS.
    pub track_gain_cdb: i32,
    /// The same for its whole album.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub album_gain_cdb: Option<i32>,
    /// Highest true peak, relative to full scale.
    pub true_peak_cdb: i32,
}

/// What a listener made of a track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listened {
    pub plays: u32,
    pub skips: u32,
    /// Unix milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_played_ms: Option<i64>,
    /// 1 to 100, 20 for each star: the listener's own, or else the file's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    pub loved: bool,
    /// Where to go on from, in a long track or a video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_ms: Option<u64>,
}

impl Listened {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a track's file is, or was. Bytes that are not UTF-8 are shown as `\u{FFFD}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackFile {
    /// Absolute.
    pub folder: String,
    pub name: String,
    pub size: u64,
    /// Unix milliseconds: since when it is missing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub missing_since_ms: Option<i64>,
}

/// A row of the song grid. Of several artists, composers or genres the texts are joined by `; `.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackRow {
    pub id: TrackId,
    pub kind: MediaKind,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub album: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub album_artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub album_id: Option<AlbumId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub composer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub track_no: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disc_no: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub year: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub genre: Option<String>,
    /// Beats a minute.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bpm: Option<u32>,
    #[serde(skip_serializing_if = "is_false", default)]
    pub compilation: bool,
    #[serde(skip_serializing_if = "is_false", default)]
    pub has_lyrics: bool,
    /// The file is gone, or on a disk that is away; what is known of it stays until somebody throws it away.
    #[serde(skip_serializing_if = "is_false", default)]
    pub missing: bool,
    /// The same sound is in the library more than once.
    #[serde(skip_serializing_if = "is_false", default)]
    pub duplicate: bool,
    /// Where tracks come together with their duplicates: those of one number are the same. Counted from 0 along the list.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group: Option<u32>,
    /// Where it was asked for; for the owner's eyes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<TrackFile>,
    #[serde(skip_serializing_if = "Listened::is_nothing", default)]
    pub listened: Listened,
    pub duration_ms: u64,
    /// The source's format for people, e.g. `FLAC`, `MP3`, `H.264`.
    pub codec: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub art: Option<ArtId>,
    /// RFC 3339.
    pub added_at: String,
    /// How the file itself is coded: what a player needs to choose a rendition.
    #[serde(default)]
    pub source: SourceMedia,
    /// How loud it is; `None` until the host has listened to it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub loudness: Option<Loudness>,
    /// Best first. Pictures only for a video.
    pub renditions: Vec<Rendition>,
    /// A video's sound, best first; empty when it has none, and for audio.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub sound: Vec<Rendition>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn timeline(runs: Vec<(u64, u32)>) -> Timeline {
        Timeline { mime: String::new(), timescale: 48_000, lead_in: 0, duration: 0, runs }
    }

    #[test]
    fn names_on_the_wire_are_serdes() {
        for rendition in Rendition::ALL {
            let wire = serde_json::to_string(&rendition).expect("serialises");
            assert_eq!(wire, format!("\"{}\"", rendition.name()));
            assert_eq!(rendition.role() == Role::Picture, rendition.name().starts_with("h264") || rendition == Rendition::VideoCopy);
        }
    }

    proptest! {
        #[test]
        fn segments_tile_the_content(first in 1u64..5_000, rest in 1u64..9_000, duration in 0u64..1_000_000) {
            let timeline = timeline(Timeline::uniform_runs(first, rest, duration));
            let mut at = 0;
            for index in 0..timeline.segment_count() {
                let (start, length) = timeline.segment(index).expect("within the count");
                prop_assert_eq!(start, at);
                prop_assert!(start < duration, "no segment begins after the end");
                at = start + length;
            }
            prop_assert!(at >= duration);
            prop_assert_eq!(timeline.segment(timeline.segment_count()), None);
        }
    }
}
