//! From a file's coarse stamps to exact times.

/// A clock that pictures are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Ticks a second.
    pub timescale: u32,
    /// Ticks of a frame; `None` when the file does not say, or of no known rate.
    pub frame: Option<u32>,
    /// Nanoseconds of the file's own stamps.
    tick_ns: u64,
    /// The stamp of the content's beginning, in the file's ticks.
    origin: i64,
    /// The stamp of the first frame, from which frames are counted.
    phase: i64,
}

/// Without a known rate: of this, a millisecond and most rates are whole numbers.
const FINE_TICKS: u32 = 90_000;

impl Grid {
    /// `default_duration` is a frame's, nanoseconds, as the file says it: rounded.
    pub fn new(default_duration: Option<u64>, tick_ns: u64, origin: i64, phase: i64) -> Self {
        let (timescale, frame) = match default_duration.and_then(exact_rate) {
            Some((timescale, frame)) => (timescale, Some(frame)),
            None => (FINE_TICKS, None),
        };
        Self { timescale, frame, tick_ns, origin, phase }
    }

    /// Content time of a stamp, ticks: that of the frame which it rounds, if it is close to one.
    pub fn content(&self, stamp: i64) -> i64 {
        let Some(frame) = self.frame else { return self.ticks(i128::from(stamp) - i128::from(self.origin)) };
        let (frame, phase) = (i64::from(frame), self.ticks(i128::from(self.phase) - i128::from(self.origin)));
        let exact = self.ticks(i128::from(stamp) - i128::from(self.origin));
        let on_grid = (exact - phase + frame / 2).div_euclid(frame) * frame + phase;
        // Both ends of the distance were rounded to the file's ticks, by half a tick at most or, by some muxers, by a whole one.
        let tolerance = self.ticks(1).max(1) + i64::from(self.timescale) / 100_000;
        if (on_grid - exact).abs() <= tolerance { on_grid } else { exact }
    }

    /// The file's ticks as ours, rounded.
    fn ticks(&self, of_file: i128) -> i64 {
        let scaled = of_file * i128::from(self.tick_ns) * i128::from(self.timescale);
        let rounded = (scaled + 500_000_000).div_euclid(1_000_000_000);
        // Stamps are below 2^53 ticks of a second at most; what is beyond any film becomes its end.
        rounded.clamp(-(1 << 55), 1 << 55) as i64
    }
}

/// Ticks a second, and of a frame, of a rate that is a whole number or such a number by 1.001.
fn exact_rate(frame_ns: u64) -> Option<(u32, u32)> {
    const NS: u64 = 1_000_000_000;
    let rate = u32::try_from((NS + frame_ns / 2) / frame_ns).ok().filter(|rate| (1..=1_000).contains(rate))?;
    let close = |exact_ns: u64| exact_ns.abs_diff(frame_ns) <= 1;
    if close(NS / u64::from(rate)) || close(NS.div_ceil(u64::from(rate))) {
        return Some((rate * 1000, 1000));
    }
    let by_1001 = (NS * 1001 + u64::from(rate) * 500) / (u64::from(rate) * 1000);
    close(by_1001).then_some((rate * 1000, 1001))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn knows_the_rates_of_films() {
        assert_eq!(exact_rate(40_000_000), Some((25_000, 1000)));
        assert_eq!(exact_rate(41_708_333), Some((24_000, 1001)));
        assert_eq!(exact_rate(33_366_667), Some((30_000, 1001)));
        assert_eq!(exact_rate(16_683_333), Some((60_000, 1001)));
        assert_eq!((exact_rate(41_000_000), exact_rate(59_999_999_999)), (None, None));
    }

    proptest! {
        #[test]
        fn stamps_in_milliseconds_become_exact_frames(number in 0i64..1_000_000, origin in 0i64..100) {
            let grid = Grid::new(Some(41_708_333), 1_000_000, origin, origin);
            let stamp = (i128::from(number) * 1001 * 1000 + 12_000).div_euclid(24_000) as i64 + origin;
            prop_assert_eq!(grid.content(stamp), number * 1001);
        }

        #[test]
        fn no_stamp_is_moved_by_more_than_a_tick(stamp in -100_000i64..100_000_000) {
            let grid = Grid::new(Some(41_708_333), 1_000_000, 0, 7);
            prop_assert!((grid.content(stamp) - stamp * 24).abs() <= 25);
        }
    }
}
