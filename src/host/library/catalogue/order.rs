//! Tracks in every order. The one by album is the base of all: what ties in another lies as it has it, whichever way that one runs. So an
//! album's tracks stay in their order however artists or years are turned round, and what is not known comes last both ways.

use std::sync::{Arc, OnceLock};

use super::bits::Bits;
use super::listened::Listened;
use super::select::{Asked, By, Selected};
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
    /// Who asks, where the sort is a listener's own.
    pub(in crate::host::library) by: Option<By>,
}

impl Order {
    /// Of positions that lie by album.
    fn new(mut positions: Vec<u32>, key: impl Fn(usize) -> Option<u64>) -> Self {
        // What is not known comes last, and the sort leaves ties as they lie.
        positions.sort_by_cached_key(|position| key(*position as usize).unwrap_or(u64::MAX));
        let (mut last, mut known) = (None, 0);
        let begins = Bits::of(positions.len(), |at| {
            let this = key(positions[at] as usize);
            known += usize::from(this.is_some());
            let is_other = last != Some(this);
            last = Some(this);
            is_other
        });
        Self { positions, begins, known }
    }

    /// As [`Self::new`], where nearly all tracks have one and the same key: that none is below, or none.
    fn sparse(positions: &[u32], key: impl Fn(usize) -> Option<u64>) -> Self {
        let usual = |position: &&u32| key(**position as usize).is_none_or(|key| key == 0);
        let (most, mut rest): (Vec<u32>, Vec<u32>) = positions.iter().partition(usual);
        rest.sort_by_cached_key(|position| key(*position as usize));
        let is_known = most.first().is_none_or(|position| key(*position as usize).is_some());
        let (known, before) = if is_known { (positions.len(), most.len()) } else { (rest.len(), 0) };
        let mut begins = Bits::none(positions.len());
        if !most.is_empty() {
            begins.insert(if is_known { 0 } else { known });
        }
        let mut last = None;
        for (at, position) in (before..).zip(&rest) {
            let this = key(*position as usize);
            if last != Some(this) {
                begins.insert(at);
                last = Some(this);
            }
        }
        let positions = if is_known { [most, rest].concat() } else { [rest, most].concat() };
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
    /// The positions of the selected tracks in an order. `listened` is asked for where the sort is a listener's own.
    pub(in crate::host::library) fn sorted<E>(
        &self,
        selected: &Selected,
        wanted: &Wanted,
        listened: impl FnOnce(&By) -> Result<Arc<Listened>, E>,
    ) -> Result<Arc<Vec<u32>>, E> {
        self.pages.get(wanted, || {
            let sorted = match (SORTS.iter().position(|sort| *sort == wanted.sort), &wanted.by) {
                (Some(place), _) => self.order(place).among(selected, wanted.descending),
                (None, Some(by)) => {
                    let listened = listened(by)?;
                    let key = |position: usize| listened.key(wanted.sort, position, self.rating[position]);
                    Order::sparse(self.by_album(), key).among(selected, wanted.descending)
                }
                (None, None) => self.order(0).among(selected, false),
            };
            let weight = sorted.len();
            Ok((sorted, weight))
        })
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
            SortKey::Rating | SortKey::Plays | SortKey::LastPlayed => None,
        }
    }
}
