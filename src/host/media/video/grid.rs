//! Which frames are in which segment and chunk.

use std::ops::Range;

use super::rate::Rate;
use crate::protocol::Timeline;

/// The first segment is short, so that it is whole soon after a start.
const FIRST_SECONDS: f64 = 1.0;
/// At every border a player may take another rung, and pays for it with a key frame.
const REST_SECONDS: f64 = 2.0;
/// What is sent on while the rest is still being encoded.
const CHUNK_SECONDS: f64 = 0.25;
/// Less of a frame than this at the end is rounding of the file's duration.
const ROUNDING: f64 = 0.05;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    pub rate: Rate,
    /// Frames of the whole.
    total: u64,
    /// Length of the content, ticks.
    pub duration: u64,
    first: u32,
    rest: u32,
    chunk: u32,
}

impl Grid {
    /// `None` when there is nothing to show, or more than can be numbered.
    pub fn new(rate: Rate, duration_ns: u64) -> Option<Self> {
        let exact = duration_ns as f64 * f64::from(rate.num) / f64::from(rate.den) / 1e9;
        let total = (exact - ROUNDING).ceil().max(1.0);
        if duration_ns == 0 || total > f64::from(u32::MAX) {
            return None;
        }
        let whole = total as u64 * u64::from(rate.tick());
        let duration = if (exact - total).abs() <= ROUNDING { whole } else { ((exact * f64::from(rate.tick())) as u64).clamp(1, whole) };
        let frames = |seconds| rate.frames_in(seconds);
        Some(Self {
            rate,
            total: total as u64,
            duration,
            first: frames(FIRST_SECONDS),
            rest: frames(REST_SECONDS),
            chunk: frames(CHUNK_SECONDS),
        })
    }

    /// For a timeline.
    pub fn runs(&self) -> Vec<(u64, u32)> {
        let ticks = |frames: u64| frames * u64::from(self.rate.tick());
        let first = self.total.min(self.first.into());
        let (rest, last) = ((self.total - first) / u64::from(self.rest), (self.total - first) % u64::from(self.rest));
        let runs = [(ticks(first), 1), (ticks(self.rest.into()), u32::try_from(rest).unwrap_or(u32::MAX)), (ticks(last), 1)];
        runs.into_iter().filter(|(length, count)| *length > 0 && *count > 0).collect()
    }

    /// The frames of a segment of this timeline.
    pub fn frames(&self, timeline: &Timeline, index: u32) -> Option<Range<u64>> {
        let (start, length) = timeline.segment(index)?;
        let tick = u64::from(self.rate.tick());
        Some(start / tick..(start + length) / tick)
    }

    /// In how many chunks so many frames are sent.
    pub fn chunks(&self, frames: &Range<u64>) -> u32 {
        u32::try_from((frames.end - frames.start).div_ceil(self.chunk.into())).unwrap_or(u32::MAX)
    }

    /// Frames of a full chunk.
    pub fn chunk(&self) -> usize {
        self.chunk as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grid(num: u32, den: u32, ms: u64) -> Grid {
        Grid::new(Rate { num, den }, ms * 1_000_000).expect("something to show")
    }

    #[test]
    fn a_duration_in_milliseconds_means_whole_frames() {
        // 90 frames of 1001/30000 s are 3.003 s, 100 are 3.336666...
        assert_eq!((grid(30_000, 1001, 3_003).total, grid(30_000, 1001, 3_003).duration), (90, 90 * 1001));
        assert_eq!((grid(30_000, 1001, 3_337).total, grid(30_000, 1001, 3_337).duration), (100, 100 * 1001));
        assert_eq!(grid(25, 1, 3_010).total, 76, "a quarter of a frame is shown as one");
        assert_eq!(grid(25, 1, 1).total, 1);
        assert_eq!(Grid::new(Rate { num: 25, den: 1 }, 0), None);
    }

    proptest! {
        #[test]
        fn every_frame_is_in_one_segment(rate in prop::sample::select(vec![(25, 1), (30_000, 1001), (5, 1), (60, 1), (17, 1)]), ms in 1u64..200_000) {
            let grid = grid(rate.0, rate.1, ms);
            let timeline = Timeline { mime: String::new(), timescale: grid.rate.timescale(), lead_in: 0, duration: grid.duration, runs: grid.runs() };
            let mut next = 0;
            for index in 0..timeline.segment_count() {
                let frames = grid.frames(&timeline, index).expect("within the count");
                prop_assert_eq!(frames.start, next);
                prop_assert!(frames.end > frames.start && grid.chunks(&frames) >= 1);
                next = frames.end;
            }
            prop_assert_eq!(next, grid.total);
            prop_assert!(next * u64::from(grid.rate.tick()) >= grid.duration);
            prop_assert!((next - 1) * u64::from(grid.rate.tick()) < grid.duration, "it overruns by less than a frame");
        }
    }
}
