//! The grid of codec frames: which frames a segment holds, and which samples an encoder must be fed to make them.

use std::ops::Range;

use crate::protocol::Rendition;

/// The first segment is short so that sound starts at once.
const FIRST_MS: u64 = 1_000;
/// A seek is encoded from the start of its segment, which should not be far; each segment costs a request and a warm-up.
const REST_MS: u64 = 2_000;
/// What is handed out at a time.
const CHUNK_MS: u64 = 500;

/// How a codec lies in time. All counts are samples a channel at `rate`, or frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    pub rate: u32,
    /// Samples of a frame.
    pub frame: u64,
    /// Packet i of a fresh encoder decodes to input samples from `i * frame - delay` on.
    delay: u64,
    /// Frames before the content in segment 0.
    lead_in: u64,
    /// Frames encoded and thrown away before those that are kept, so that the encoder's state has settled.
    warm_up: u64,
    first: u64,
    rest: u64,
    /// Frames of a chunk.
    pub chunk: usize,
}

/// Frames of one segment, and the input that makes them. Sample numbers are content time, so they may be negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Samples to encode.
    pub input: Range<i64>,
    /// Packets to throw away.
    pub skip: usize,
    /// Packets to keep.
    pub keep: usize,
    /// `baseMediaDecodeTime`.
    pub decode_time: u64,
    /// Number of the first kept frame, counted from the start of the lead-in.
    pub frame_number: u64,
}

impl Grid {
    /// The grid of a rendition whose encoder runs at `rate`; a FLAC frame has `block` samples. `None` for what is not encoded sound.
    pub fn new(rendition: Rendition, rate: u32, block: u16) -> Option<Self> {
        let (frame, delay, lead_in, warm_up) = match rendition {
            Rendition::Opus96 | Rendition::Opus160 => (960, 312, 4, 4),
            Rendition::Aac128 | Rendition::Aac256 => (1024, 1600, 2, 4),
            Rendition::Flac => (block.max(1).into(), 0, 0, 0),
            _ => return None,
        };
        let frames_in = |ms: u64| ((u64::from(rate) * ms / 1000 + frame / 2) / frame).max(1);
        let chunk = usize::try_from(frames_in(CHUNK_MS)).expect("a few frames");
        Some(Self { rate, frame, delay, lead_in, warm_up, first: frames_in(FIRST_MS), rest: frames_in(REST_MS), chunk })
    }

    /// Warm-up before the content in segment 0, samples.
    pub fn lead_in(&self) -> u64 {
        self.lead_in * self.frame
    }

    /// `[segment length, how many]` for this much content; the last segment is as long as it needs to be, in whole frames.
    pub fn runs(&self, duration: u64) -> Vec<(u64, u32)> {
        let frames = duration.div_ceil(self.frame);
        let first = frames.min(self.first);
        let after = frames - first;
        let whole = u32::try_from(after / self.rest).unwrap_or(u32::MAX);
        let runs = [(first, 1), (self.rest, whole), (after % self.rest, 1)];
        runs.into_iter().filter(|(frames, count)| *frames > 0 && *count > 0).map(|(frames, count)| (frames * self.frame, count)).collect()
    }

    /// Chunks of so many kept frames.
    pub fn chunks(&self, keep: usize) -> u32 {
        u32::try_from(keep.div_ceil(self.chunk)).expect("a few chunks")
    }

    /// What segment `index`, which covers content `start..start + length`, is made of.
    pub fn feed(&self, index: u32, start: u64, length: u64) -> Feed {
        let lead_in = if index == 0 { self.lead_in } else { 0 };
        let kept_from = to_signed(start / self.frame) - to_signed(lead_in);
        let keep = length / self.frame + lead_in;
        let skip = self.warm_up + self.delay.div_ceil(self.frame);
        let frame = to_signed(self.frame);
        let from = (kept_from - to_signed(skip)) * frame + to_signed(self.delay);
        // Two frames more than needed: an encoder may hold back its last.
        let to = (kept_from + to_signed(keep) + 2) * frame + to_signed(self.delay);
        Feed {
            input: from..to,
            skip: usize::try_from(skip).expect("a few frames"),
            keep: usize::try_from(keep).expect("a segment's frames"),
            decode_time: if index == 0 { 0 } else { start + self.lead_in() },
            frame_number: if index == 0 { 0 } else { start / self.frame + self.lead_in },
        }
    }
}

fn to_signed(count: u64) -> i64 {
    i64::try_from(count).expect("sample counts are far below 63 bits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Timeline;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn segments_tile_the_media_without_a_gap(duration in 0u64..100_000_000, rate in prop::sample::select(vec![44_100u32, 48_000, 96_000]), block in 16u16..) {
            for rendition in [Rendition::Opus160, Rendition::Aac256, Rendition::Flac] {
                let grid = Grid::new(rendition, rate, block).expect("an audio rendition");
                let runs = grid.runs(duration);
                let timeline = Timeline { mime: String::new(), timescale: rate, lead_in: grid.lead_in(), duration, runs };
                let mut decode_time = 0;
                for index in 0..timeline.segment_count() {
                    let (start, length) = timeline.segment(index).expect("within the count");
                    let feed = grid.feed(index, start, length);
                    prop_assert_eq!(feed.decode_time, decode_time);
                    prop_assert_eq!(feed.frame_number * grid.frame, decode_time);
                    decode_time += feed.keep as u64 * grid.frame;
                }
                prop_assert!(decode_time < duration + grid.frame + grid.lead_in());
                prop_assert!(duration == 0 || decode_time >= duration + grid.lead_in());
            }
        }
    }
}
