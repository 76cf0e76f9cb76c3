//! Tracks, renditions and timelines as they travel.

use serde::{Deserialize, Serialize};

use crate::types::{ArtId, TrackId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Audio,
    Video,
}

/// One encoding of a track, single-track CMAF (ISO/IEC 23000-19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rendition {
    /// Opus, 160 kbit/s, stereo, 48 kHz.
    #[serde(rename = "opus_160")]
    Opus160,
    /// AAC-LC, 256 kbit/s, stereo.
    #[serde(rename = "aac_256")]
    Aac256,
    /// FLAC: the samples of the source, exactly.
    #[serde(rename = "flac")]
    Flac,
    /// The source's own H.264 pictures, not re-encoded.
    #[serde(rename = "h264")]
    H264,
}

impl Rendition {
    pub const ALL: [Self; 4] = [Self::Opus160, Self::Aac256, Self::Flac, Self::H264];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opus160 => "opus_160",
            Self::Aac256 => "aac_256",
            Self::Flac => "flac",
            Self::H264 => "h264",
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

/// A row of the song grid.
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
    pub track_no: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disc_no: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub year: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub genre: Option<String>,
    pub duration_ms: u64,
    /// The source's format for people, e.g. `FLAC`, `MP3`, `H.264`.
    pub codec: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub art: Option<ArtId>,
    /// RFC 3339.
    pub added_at: String,
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
