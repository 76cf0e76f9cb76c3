//! Tracks in every order. The one by album is the base of all: what ties in another lies as it has it, whichever way that one runs. So an
//! album's tracks stay in their order however artists or years are turned round, and what is not known comes last both ways.

use std::sync::{Arc, OnceLock};

use super::select::Selected;
use super::{Catalogue, NO_YEAR, Recent};
use crate::protocol::{Selection, SortKey};

/// Orders kept beside that by album. Each takes four bytes a track.
const KEPT: usize = 8;

pub(super) struct Orders {
    by_album: OnceLock<Vec<u32>>,
    others: Recent<(SortKey, bool), Vec<u32>>,
}

/// A selection in an order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in crate::host::library) struct Wanted {
    pub(in crate::host::library) selection: Selection,
    pub(in crate::host::library) sort: SortKey,
    pub(in crate::host::library) descending: bool,
}

impl Orders {
    pub(super) fn new() -> Self {
        Self { by_album: OnceLock::new(), others: Recent::new(KEPT, usize::MAX) }
    }
}

impl Catalogue {
    /// The positions of the selected tracks in an order.
    pub(in crate::host::library) fn sorted(&self, selected: &Selected, wanted: &Wanted) -> Arc<Vec<u32>> {
        let sorted = self.pages.get(wanted, || {
            let order = self.order(wanted.sort, wanted.descending);
            let mut sorted = Vec::with_capacity(selected.tracks);
            sorted.extend(order.iter().filter(|position| selected.bits.contains(**position as usize)));
            let weight = sorted.len();
            Ok::<_, std::convert::Infallible>((sorted, weight))
        });
        sorted.unwrap_or_else(|never| match never {})
    }

    /// Makes the orders that were asked of the catalogue before this one.
    pub(super) fn sort_as(&self, before: &Self) {
        for (sort, descending) in before.orders.others.keys() {
            self.order(sort, descending);
        }
    }

    fn order(&self, sort: SortKey, descending: bool) -> Arc<Vec<u32>> {
        let order = self.orders.others.get(&(sort, descending), || {
            let mut order = self.by_album().clone();
            if sort != SortKey::Album || descending {
                order.sort_by_cached_key(|position| turned(self.key(sort, *position as usize), descending));
            }
            Ok::<_, std::convert::Infallible>((order, 0))
        });
        order.unwrap_or_else(|never| match never {})
    }

    fn by_album(&self) -> &Vec<u32> {
        self.orders.by_album.get_or_init(|| {
            let mut order: Vec<u32> = (0..self.len() as u32).collect();
            order.sort_by_cached_key(|position| self.within_album(*position as usize));
            order
        })
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
            SortKey::Year => {
                Some(self.year[position]).filter(|year| *year != NO_YEAR).map(|year| (i64::from(year) - i64::from(NO_YEAR)) as u64)
            }
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

/// So that ascending order of the results is the order wanted. What is not known is last.
fn turned(key: Option<u64>, descending: bool) -> u64 {
    match key {
        None => u64::MAX,
        Some(key) if descending => u64::MAX - 1 - key.min(u64::MAX - 1),
        Some(key) => key.min(u64::MAX - 1),
    }
}
