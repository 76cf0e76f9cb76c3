//! Numbers by text, 16 bytes each: a library of a million tracks is looked up in several ways.

use std::hash::{BuildHasher, RandomState};

/// Most of one text that are looked at: of more nobody can tell which is meant.
const SAME_MAX: usize = 500;

pub(super) struct Keyed {
    hasher: RandomState,
    pairs: Vec<(u64, u32)>,
}

impl Keyed {
    pub(super) fn new(pairs: impl Iterator<Item = (String, u32)>) -> Self {
        let hasher = RandomState::new();
        let mut pairs: Vec<(u64, u32)> = pairs.map(|(text, number)| (hasher.hash_one(text), number)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self { hasher, pairs }
    }

    /// The numbers of a text, and with luck of no other: callers compare.
    pub(super) fn of(&self, text: &str) -> impl Iterator<Item = u32> {
        let hash = self.hasher.hash_one(text);
        let start = self.pairs.partition_point(|(known, _)| *known < hash);
        self.pairs[start..].iter().take_while(move |(known, _)| *known == hash).map(|(_, number)| *number).take(SAME_MAX)
    }
}
