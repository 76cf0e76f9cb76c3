//! Which tracks a limit takes first, and how many.

use std::collections::BinaryHeap;

use sha2::{Digest, Sha256};

use super::bits::Bits;
use super::listened::{Listened, Own};
use super::{Catalogue, View};
use crate::protocol::rules::{Limit, LimitBy, LimitUnit, Rules};
use crate::types::UnixMs;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MINUTE_MS: u64 = 60 * 1000;
const MEGABYTE: u64 = 1_000_000;
/// Tracks that are looked at for a limit by time or size, at first and how many times as many when they were not enough.
const FIRST: usize = 1_024;
const MORE: usize = 16;

/// The smallest is taken first. What makes tracks differ where the limit's own order does not comes after it, and their place last.
type Key = ([u64; 4], u32);

/// Names a random order: another one each day, and for other rules.
pub(super) fn seed(rules: &Rules, now: UnixMs) -> u64 {
    let mut digest = Sha256::new();
    digest.update(serde_json::to_vec(rules).expect("rules serialise"));
    digest.update(now.0.div_euclid(DAY_MS).to_be_bytes());
    let digest: [u8; 32] = digest.finalize().into();
    u64::from_be_bytes(std::array::from_fn(|at| digest[at]))
}

impl View {
    /// Those of `fits` that a limit takes. What is too large for what is left makes way for what is not.
    pub(super) fn limited(&self, fits: &Bits, limit: &Limit, seed: u64, listened: &Listened) -> Bits {
        let whole = most(limit);
        if limit.unit == LimitUnit::Items {
            let most = usize::try_from(whole).unwrap_or(usize::MAX);
            if fits.count() <= most {
                return fits.clone();
            }
            let mut taken = Bits::none(self.len());
            self.first(fits, limit.by, most, seed, listened).into_iter().for_each(|position| taken.insert(position));
            return taken;
        }
        let smallest = fits.iter().map(|position| self.measure(limit.unit, position)).min().unwrap_or(0);
        let mut look_at = FIRST;
        loop {
            let first = self.first(fits, limit.by, look_at, seed, listened);
            let (mut taken, mut left) = (Bits::none(self.len()), whole);
            for position in &first {
                let size = self.measure(limit.unit, *position);
                if left > 0 && size <= left {
                    left -= size;
                    taken.insert(*position);
                }
            }
            if first.len() < look_at || left == 0 || left < smallest {
                return taken;
            }
            look_at = look_at.saturating_mul(MORE);
        }
    }

    /// The positions of the first so many, in order.
    fn first(&self, fits: &Bits, by: LimitBy, most: usize, seed: u64, listened: &Listened) -> Vec<usize> {
        let mut first: BinaryHeap<Key> = BinaryHeap::new();
        let mut heard = listened.iter().peekable();
        for position in fits.iter() {
            while heard.next_if(|(before, _)| *before < position).is_some() {}
            let own = heard.next_if(|(at, _)| *at == position).map(|(_, own)| *own).unwrap_or_default();
            let key = (self.limit_key(by, seed, position, &own), position as u32);
            if first.len() < most {
                first.push(key);
            } else if let Some(mut last) = first.peek_mut()
                && key < *last
            {
                *last = key;
            }
        }
        first.into_sorted_vec().into_iter().map(|(_, position)| position as usize).collect()
    }
}

impl Catalogue {
    /// How much a track counts.
    fn measure(&self, unit: LimitUnit, position: usize) -> u64 {
        match unit {
            LimitUnit::Items => 1,
            LimitUnit::Minutes => self.duration_ms[position].into(),
            LimitUnit::Megabytes => self.size[position],
        }
    }

    fn limit_key(&self, by: LimitBy, seed: u64, position: usize, own: &Own) -> [u64; 4] {
        let rating = u64::from(own.rating.unwrap_or(self.rating[position]));
        let plays = u64::from(own.plays);
        // Never is longer ago than anything.
        let played = own.last_played_ms.map_or(0, |ms| u64::try_from(ms).unwrap_or(0) + 1);
        let added = own.added_ms.map_or(self.added_ms[position], |ms| u64::try_from(ms).unwrap_or(0));
        // What is not known comes last.
        let rank = |rank: Option<u32>| rank.map_or(u64::MAX, u64::from);
        let album = self.album[position];
        let album = self.albums.title_ranks.get(album as usize).map_or(u64::MAX, |rank| pair(*rank, self.albums.ranks[album as usize]));
        let place = pair(self.place[position], self.title[position]);
        match by {
            LimitBy::Random => [mixed(seed ^ u64::from(self.n[position])), 0, 0, 0],
            LimitBy::Title => [self.title[position].into(), 0, 0, 0],
            LimitBy::Artist => [0, rank(self.artists.rank(position)), album, place],
            LimitBy::Album => [0, 0, album, place],
            LimitBy::Genre => [rank(self.genres.rank(position)), rank(self.artists.rank(position)), album, place],
            LimitBy::HighestRating => [!rating, !plays, !added, 0],
            LimitBy::LowestRating => [rating, plays, added, 0],
            LimitBy::MostPlayed => [!plays, !played, 0, 0],
            LimitBy::LeastPlayed => [plays, played, 0, 0],
            LimitBy::MostRecentlyPlayed => [!played, 0, 0, 0],
            LimitBy::LeastRecentlyPlayed => [played, plays, 0, 0],
            LimitBy::MostRecentlyAdded => [!added, 0, 0, 0],
            LimitBy::LeastRecentlyAdded => [added, 0, 0, 0],
        }
    }
}

fn pair(first: u32, second: u32) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

/// How much all may count together.
fn most(limit: &Limit) -> u64 {
    let count = limit.count;
    match limit.unit {
        LimitUnit::Items => count,
        LimitUnit::Minutes => count.saturating_mul(MINUTE_MS),
        LimitUnit::Megabytes => count.saturating_mul(MEGABYTE),
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
fn mixed(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
