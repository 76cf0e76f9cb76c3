//! All of the library that is selected, sorted and counted by, in columns of memory. It is made from the index and never changes; when the
//! index does, another is made beside it and takes its place. The index stays the truth: rows are read from it.

mod albums;
mod bits;
mod build;
mod current;
mod facet;
mod key;
mod limit;
mod listened;
mod memory;
mod names;
mod order;
mod recent;
mod ruled;
mod search;
mod select;
#[cfg(test)]
mod tests;
mod together;
mod values;
mod view;
mod vocabulary;

use std::sync::OnceLock;

pub(super) use bits::Bits;
pub(super) use current::Current;
pub(super) use order::Wanted;
pub(super) use select::{Asked, By, Narrowed, Selected, beside};
pub(super) use view::View;

use albums::Albums;
use names::Names;
use recent::Recent;
use values::Values;

/// What is known of every track, each in a column, by position. Positions are those of `n`, ascending.
pub(super) struct Catalogue {
    n: Vec<u32>,
    flags: Vec<u8>,
    album: Vec<u32>,
    artists: Values,
    album_artists: Values,
    composers: Values,
    genres: Values,
    title: Vec<u32>,
    /// Disc and number, which sort as they are.
    place: Vec<u32>,
    year: Vec<i16>,
    duration_ms: Vec<u32>,
    /// Unix milliseconds.
    added_ms: Vec<u64>,
    bpm: Vec<u16>,
    kbps: Vec<u32>,
    size: Vec<u64>,
    /// The file's own, 1 to 100; 0: none.
    rating: Vec<u8>,
    people: Names,
    genre_names: Names,
    albums: Albums,
    orders: order::Orders,
    search: search::Search,
    /// Set once all orders and what searches need are made.
    ready: OnceLock<()>,
    /// By kind of asker; the first sees everything.
    seen: Vec<view::Seen>,
}

/// Bits of `flags`.
mod flag {
    pub(super) const VIDEO: u8 = 1;
    pub(super) const PRESENT: u8 = 2;
    pub(super) const MISSING: u8 = 4;
}

/// No year is known.
const NO_YEAR: i16 = i16::MIN;

impl Catalogue {
    pub(super) fn len(&self) -> usize {
        self.n.len()
    }

    /// The number of the track at a position, for the index.
    pub(super) fn n(&self, position: u32) -> i64 {
        i64::from(self.n[position as usize])
    }

    /// Where the tracks of these numbers are, which ascend.
    pub(super) fn positions(&self, numbers: &[i64]) -> Bits {
        let mut bits = Bits::none(self.len());
        let mut at = 0;
        for number in numbers {
            let Ok(number) = u32::try_from(*number) else { continue };
            at = self.from(at, number);
            if self.n.get(at) == Some(&number) {
                bits.insert(at);
            }
        }
        bits
    }

    /// The first position at or after `start` whose number is not below `number`. Near ones are found soon, and numbers are dense.
    fn from(&self, start: usize, number: u32) -> usize {
        let rest = &self.n[start.min(self.n.len())..];
        let mut reach = 1;
        while rest.get(reach).is_some_and(|n| *n < number) {
            reach *= 2;
        }
        start + rest[..rest.len().min(reach + 1)].partition_point(|n| *n < number)
    }
}
