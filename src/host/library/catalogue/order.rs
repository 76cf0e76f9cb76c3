//! Tracks in every order. The one by album is the base of all: what ties in another lies as it has it, whichever way that one runs. So an
//! album's tracks stay in their order however artists or years are turned round, and what is not known comes last both ways.

use std::sync::{Arc, OnceLock};

use super::bits::Bits;
use super::select::{Asked, Selected};
use super::{Catalogue, NO_YEAR};
use crate::protocol::SortKey;

const BASE: SortKey = SortKey::Album;
/// The sorts that are the same for every listener, the most usual first: `prepare` makes them in this order.
const SORTS: [SortKey; 11] = [
    BASE,
    SortKey::Artist,
    SortKey::Title,
    SortKey::Added,
    SortKey::Genre,
    SortKey::Year,
    SortKey::Duration,
    SortKey::Composer,
    SortKey::Size,
    SortKey::Kbps,
    SortKey::Bpm,
];

#[derive(Default)]
pub(super) struct Orders {
    each: [OnceLock<Order>; SORTS.len()],
}

/// All tracks, ascending. It is read both ways.
pub(super) struct Order {
    positions: Vec<u32>,
    /// Where tracks begin that sort otherwise than the one before.
    begins: Bits,
    /// How many have what is sorted by; the others are behind them.
    known: usize,
}

/// A selection in an order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in crate::host::library) struct Wanted {
    pub(in crate::host::library) asked: Asked,
    pub(in crate::host::library) sort: SortKey,
    pub(in crate::host::library) descending: bool,
}

impl Order {
    /// Of positions that lie by album.
    fn new(mut positions: Vec<u32>, key: impl Fn(usize) -> Option<u64>) -> Self {
        let key = |position: &u32| key(*position as usize);
        // What is not known comes last, and the sort leaves ties as they lie.
        positions.sort_by_cached_key(|position| key(position).unwrap_or(u64::MAX));
        let mut last = None;
        let mut known = 0;
        let begins = Bits::of(positions.len(), |at| {
            let this = key(&positions[at]);
            known += usize::from(this.is_some());
            let is_other = last != Some(this);
            last = Some(this);
            is_other
        });
        Self { positions, begins, known }
    }

    /// The selected of them, one way or the other.
    fn among(&self, selected: &Selected, descending: bool) -> Vec<u32> {
        let mut sorted = Vec::with_capacity(selected.tracks);
        let mut add = |positions: &[u32]| sorted.extend(positions.iter().filter(|position| selected.bits.contains(**position as usize)));
        if descending {
            let mut end = self.known;
            for begin in (0..self.known).rev().filter(|at| self.begins.contains(*at)) {
                add(&self.positions[begin..end]);
                end = begin;
            }
            add(&self.positions[self.known..]);
        } else {
            add(&self.positions);
        }
        sorted
    }
}

impl Catalogue {
    /// The positions of the selected tracks in an order.
    pub(in crate::host::library) fn sorted(&self, selected: &Selected, wanted: &Wanted) -> Arc<Vec<u32>> {
        let sorted = self.pages.get(wanted, || {
            let sorted = match SORTS.iter().position(|sort| *sort == wanted.sort) {
                Some(place) => self.order(place).among(selected, wanted.descending),
                None => Order::new(self.by_album().clone(), |position| self.key(wanted.sort, position)).among(selected, wanted.descending),
            };
            let weight = sorted.len();
            Ok::<_, std::convert::Infallible>((sorted, weight))
        });
        sorted.unwrap_or_else(|never| match never {})
    }

    /// Makes all orders, so that nobody waits for one.
    pub(super) fn sort_all(&self) {
        (0..SORTS.len()).for_each(|place| {
            self.order(place);
        });
    }

    fn order(&self, place: usize) -> &Order {
        self.orders.each[place].get_or_init(|| {
            let positions = if SORTS[place] == BASE { self.placed() } else { self.by_album().clone() };
            Order::new(positions, |position| self.key(SORTS[place], position))
        })
    }

    fn by_album(&self) -> &Vec<u32> {
        &self.order(0).positions
    }

    fn placed(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_by_cached_key(|position| self.within_album(*position as usize));
        order
    }

    /// By album, disc, number and title; tracks of no album last, by artist.
    fn within_album(&self, position: usize) -> (u32, u32, u32, u32) {
        let album = self.album_rank(position);
        let artist = if album.is_none() { self.artists.rank(position).unwrap_or(u32::MAX) } else { 0 };
        (album.unwrap_or(u32::MAX), artist, self.place[position], self.title[position])
    }

    fn album_rank(&self, position: usize) -> Option<u32> {
        self.albums.ranks.get(self.album[position] as usize).copied()
    }

    /// What a track sorts by; `None`: not known.
    fn key(&self, sort: SortKey, position: usize) -> Option<u64> {
        let known = |number: u64| (number > 0).then_some(number);
        match sort {
            SortKey::Title => Some(self.title[position].into()),
            SortKey::Artist => self.artists.rank(position).map(u64::from),
            SortKey::Album => self.album_rank(position).map(u64::from),
            SortKey::Composer => self.composers.rank(position).map(u64::from),
            SortKey::Genre => self.genres.rank(position).map(u64::from),
            SortKey::Year => Some(self.year[position]).filter(|year| *year != NO_YEAR).map(|year| year.abs_diff(NO_YEAR).into()),
            SortKey::Duration => Some(self.duration_ms[position].into()),
            SortKey::Added => Some(self.added_s[position].into()),
            SortKey::Bpm => known(self.bpm[position].into()),
            SortKey::Kbps => known(self.kbps[position].into()),
            SortKey::Size => Some(self.size[position]),
            SortKey::Rating => known(self.rating[position].into()),
            SortKey::Plays => Some(0),
            SortKey::LastPlayed => None,
        }
    }
}
