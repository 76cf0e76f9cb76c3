//! How many frames a second: a constant rate out of what a file says, or what its stamps show.

/// Frames a second, as a fraction. Never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub num: u32,
    pub den: u32,
}

/// What cameras, films and screens use. Files say 2997/100, 29.970628 or 30.00003 and mean one of these.
const STANDARD: [Rate; 14] = [
    Rate { num: 5, den: 1 },
    Rate { num: 10, den: 1 },
    Rate { num: 12, den: 1 },
    Rate { num: 25, den: 2 },
    Rate { num: 15, den: 1 },
    Rate { num: 20, den: 1 },
    Rate { num: 24_000, den: 1001 },
    Rate { num: 24, den: 1 },
    Rate { num: 25, den: 1 },
    Rate { num: 30_000, den: 1001 },
    Rate { num: 30, den: 1 },
    Rate { num: 50, den: 1 },
    Rate { num: 60_000, den: 1001 },
    Rate { num: 60, den: 1 },
];
/// Said by a container: 24 and 24/1.001 are 1/1000 apart, so anything nearer is the same.
const SAID_PPM: u64 = 300;
/// Measured over some frames with stamps in milliseconds.
const MEASURED_PPM: u64 = 10_000;
const FASTEST: u32 = 60;
/// Without a rate and without stamps.
const UNKNOWN: Rate = Rate { num: 25, den: 1 };
/// A timescale at which no browser loses anything by rounding.
const TICKS_MIN: u32 = 10_000;
/// Beyond it a fraction is noise, and a timescale would not fit.
const NUM_MAX: u32 = 1_000_000;

impl Rate {
    /// By what the file says, when that can be true; frames are left out evenly where it is too fast.
    pub fn said(num: i32, den: i32) -> Option<Self> {
        let (num, den) = (u32::try_from(num).ok()?, u32::try_from(den).ok()?);
        if num == 0 || den == 0 || num / den > 1_000 || den / num >= 1 {
            return None;
        }
        Self { num, den }.snapped(SAID_PPM).map(Self::slowed)
    }

    /// By the middle one of the times between neighbouring frames, nanoseconds; `said` is what the file says.
    pub fn measured(middle_ns: u64, said: (i32, i32)) -> Self {
        if middle_ns == 0 {
            return UNKNOWN;
        }
        let seen = Self { num: u32::try_from(1_000_000_000_000 / middle_ns).unwrap_or(u32::MAX).clamp(1_000, 1_000_000_000), den: 1_000 };
        let exact = match (u32::try_from(said.0), u32::try_from(said.1)) {
            (Ok(num @ 1..=NUM_MAX), Ok(den @ 1..)) => Some(Self { num, den }).filter(|said| said.near(seen, MEASURED_PPM)),
            _ => None,
        };
        seen.snapped(MEASURED_PPM).or(exact).unwrap_or(Self { num: (seen.num + 500) / 1_000, den: 1 }).slowed()
    }

    fn near(self, other: Self, ppm: u64) -> bool {
        let (a, b) = (u128::from(self.num) * u128::from(other.den), u128::from(other.num) * u128::from(self.den));
        a.abs_diff(b) * 1_000_000 <= b * u128::from(ppm)
    }

    /// The nearest standard rate within `ppm`.
    fn snapped(self, ppm: u64) -> Option<Self> {
        let apart = |known: &Self| {
            let (a, b) = (u128::from(self.num) * u128::from(known.den), u128::from(known.num) * u128::from(self.den));
            // Scaled by its own denominator, so that rates can be compared with one another.
            a.abs_diff(b) * 1_000_000_000 / b.max(1)
        };
        let faster = |times: u32| STANDARD.map(|known| Self { num: known.num * times, den: known.den });
        // 100, 119.88 and 120 are multiples of what is shown of them.
        let known = [1, 2, 4].into_iter().flat_map(faster).filter(|known| self.near(*known, ppm));
        known.min_by_key(apart)
    }

    /// Every second, third... frame, so that no more than 60 a second are left.
    fn slowed(self) -> Self {
        let times = self.num.div_ceil(self.den.saturating_mul(FASTEST)).max(1);
        let half = |rate: Self| {
            if rate.num.is_multiple_of(times) { Self { num: rate.num / times, ..rate } } else { Self { den: rate.den * times, ..rate } }
        };
        half(self)
    }

    fn factor(self) -> u32 {
        TICKS_MIN.div_ceil(self.num)
    }

    /// Ticks a second, of which a frame takes a whole number.
    pub fn timescale(self) -> u32 {
        self.num * self.factor()
    }

    /// Ticks of a frame.
    pub fn tick(self) -> u32 {
        self.den * self.factor()
    }

    /// When frame `number` is shown, nanoseconds.
    pub fn time_ns(self, number: u64) -> i64 {
        let at = u128::from(number) * u128::from(self.den) * 1_000_000_000 / u128::from(self.num);
        i64::try_from(at).unwrap_or(i64::MAX)
    }

    /// Frames in so many seconds, to the nearest, at least one.
    pub fn frames_in(self, seconds: f64) -> u32 {
        (seconds * f64::from(self.num) / f64::from(self.den)).round().max(1.0) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(num: u32, den: u32) -> Rate {
        Rate { num, den }
    }

    #[test]
    fn a_rate_said_is_taken_for_the_standard_one_it_means() {
        let cases = [
            ((2997, 100), Some(rate(30_000, 1001))),
            ((2398, 100), Some(rate(24_000, 1001))),
            ((24, 1), Some(rate(24, 1))),
            ((120, 1), Some(rate(60, 1))),
            ((120_000, 1001), Some(rate(60_000, 1001))),
            ((100, 1), Some(rate(50, 1))),
            ((0, 1), None),
            ((1, 0), None),
            ((-30, 1), None),
            ((90_000, 1), None),
            ((17_123, 1_000), None),
        ];
        for ((num, den), expected) in cases {
            assert_eq!(Rate::said(num, den), expected, "{num}/{den}");
        }
    }

    #[test]
    fn a_rate_measured_is_the_standard_or_the_said_one_near_it() {
        assert_eq!(Rate::measured(33_000_000, (0, 1)), rate(30, 1));
        assert_eq!(Rate::measured(41_708_333, (0, 1)), rate(24_000, 1001));
        assert_eq!(Rate::measured(58_823_529, (17, 1)), rate(17, 1));
        assert_eq!(Rate::measured(6_944_444, (144, 1)), rate(48, 1));
        assert_eq!(Rate::measured(0, (0, 1)), UNKNOWN);
        assert_eq!(Rate::measured(10_000_000_000, (0, 1)), rate(1, 1));
    }

    proptest! {
        #[test]
        fn frames_are_whole_ticks_and_never_more_than_sixty(num in any::<i32>(), den in any::<i32>(), middle in any::<u64>()) {
            for rate in [Rate::said(num, den), Some(Rate::measured(middle, (num, den)))].into_iter().flatten() {
                prop_assert!(rate.num > 0 && rate.den > 0);
                prop_assert!(u64::from(rate.num) <= u64::from(rate.den) * 60);
                prop_assert!(rate.timescale() >= TICKS_MIN);
                prop_assert_eq!(u64::from(rate.tick()) * u64::from(rate.num), u64::from(rate.timescale()) * u64::from(rate.den));
            }
        }
    }
}
