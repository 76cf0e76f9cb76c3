//! Random numbers that can be had again.

const VARIABLE: &str = "IROAM_FAULTS_SEED";

/// SplitMix64 (Steele, Lea and Flood: Fast splittable pseudorandom number generators, 2014).
pub struct Random(u64);

impl Random {
    /// A new seed each time unless one is set. It is printed, for when the test fails.
    pub fn of(test: &str) -> Self {
        let seed = std::env::var(VARIABLE).ok().map(|text| text.parse().expect("the seed is a number"));
        let seed = seed.unwrap_or_else(|| u64::from_le_bytes(iroam::types::random::bytes()));
        println!("{test}: seed {seed} (again with {VARIABLE}={seed})");
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `range`.
    pub fn within(&mut self, range: std::ops::Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }
}
