//! Sets of positions: a bit for each track. A hundred and twenty-five kilobytes hold a million, and every set is made in one pass over
//! a column anyway, so that packing them would only cost time.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::host::library) struct Bits {
    words: Vec<u64>,
    length: usize,
}

impl Bits {
    pub(super) fn none(length: usize) -> Self {
        Self { words: vec![0; length.div_ceil(64)], length }
    }

    /// The positions that `test` holds for.
    pub(super) fn of(length: usize, mut test: impl FnMut(usize) -> bool) -> Self {
        let mut bits = Self::none(length);
        for (at, word) in bits.words.iter_mut().enumerate() {
            let from = at * 64;
            for bit in 0..64.min(length - from) {
                *word |= u64::from(test(from + bit)) << bit;
            }
        }
        bits
    }

    pub(super) fn insert(&mut self, position: usize) {
        debug_assert!(position < self.length);
        self.words[position / 64] |= 1 << (position % 64);
    }

    pub(super) fn set(&mut self, position: usize, is_in: bool) {
        debug_assert!(position < self.length);
        let word = &mut self.words[position / 64];
        *word = *word & !(1 << (position % 64)) | u64::from(is_in) << (position % 64);
    }

    pub(super) fn contains(&self, position: usize) -> bool {
        self.words[position / 64] >> (position % 64) & 1 == 1
    }

    pub(super) fn keep(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    pub(super) fn join(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub(super) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Ascending.
    pub(in crate::host::library) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| Ones(*word).map(move |bit| at * 64 + bit))
    }
}

struct Ones(u64);

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        (self.0 != 0).then(|| {
            let bit = self.0.trailing_zeros() as usize;
            self.0 &= self.0 - 1;
            bit
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_are_sets(length in 1_usize..300, one in prop::collection::btree_set(0_usize..300, 0..50), two in prop::collection::btree_set(0_usize..300, 0..50)) {
            let inside = |set: &BTreeSet<usize>| set.iter().copied().filter(|at| *at < length).collect::<BTreeSet<_>>();
            let (one, two) = (inside(&one), inside(&two));
            let mut both = Bits::of(length, |at| one.contains(&at));
            let mut other = Bits::none(length);
            two.iter().for_each(|at| other.insert(*at));
            let mut any = both.clone();

            any.join(&other);
            prop_assert_eq!(any.iter().collect::<Vec<_>>(), one.union(&two).copied().collect::<Vec<_>>());
            two.iter().for_each(|at| any.set(*at, false));
            prop_assert_eq!(any.iter().collect::<Vec<_>>(), one.difference(&two).copied().collect::<Vec<_>>());
            both.keep(&other);
            prop_assert_eq!(both.iter().collect::<Vec<_>>(), one.intersection(&two).copied().collect::<Vec<_>>());
        }
    }
}
