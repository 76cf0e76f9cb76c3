//! Tracks in every order. The one by album is the base of all: what ties in another lies as it has it, whichever way that one runs. So an
//! album's tracks stay in their order however artists or years are turned round, and what is not known comes last both ways.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::bits::Bits;
use super::listened::{Listened, Moved};
use super::select::{Asked, By, Selected};
use super::{Catalogue, NO_YEAR, View};
use crate::protocol::SortKey;

const BASE: SortKey = SortKey::Album;
/// The sorts by what the files say, the most usual first: `prepare` makes them in this order.
const SORTS: [SortKey; 12] = [
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
    SortKey::Rating,
];
/// A page that ends so soon is looked for alone; for one that begins later all of the selection is put in order, and remembered.
const SOON: usize = 1_000;

#[derive(Default)]
pub(super) struct Orders {
    each: [OnceLock<Order>; SORTS.len()],
}

/// All tracks, ascending. It is read both ways.
pub(super) struct Order {
    positions: Arc<Vec<u32>>,
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

/// By what, and which way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Way {
    pub(super) sort: SortKey,
    pub(super) descending: bool,
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
        Self { positions: Arc::new(positions), begins, known }
    }

    /// Where nothing is known of any track.
    fn unknown(positions: Arc<Vec<u32>>) -> Self {
        Self { begins: Bits::none(positions.len()), positions, known: 0 }
    }

    /// The first of those that `is_in` lets through, one way or the other.
    fn among(&self, descending: bool, most: usize, is_in: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut sorted = Vec::with_capacity(most);
        if descending {
            let mut end = self.known;
            for begin in (0..self.known).rev().filter(|at| self.begins.contains(*at)) {
                add(&mut sorted, &self.positions[begin..end], most, &is_in);
                end = begin;
                if sorted.len() >= most {
                    return sorted;
                }
            }
            add(&mut sorted, &self.positions[self.known..], most, &is_in);
        } else {
            add(&mut sorted, &self.positions, most, &is_in);
        }
        sorted
    }
}

fn add(sorted: &mut Vec<u32>, positions: &[u32], most: usize, is_in: impl Fn(u32) -> bool) {
    sorted.extend(positions.iter().copied().filter(|position| is_in(*position)).take(most - sorted.len()));
}

impl View {
    /// A page of the selected tracks in an order. `listened` is asked for where the sort is a listener's own.
    pub(in crate::host::library) fn page<E>(
        &self,
        selected: &Selected,
        wanted: &Wanted,
        page: Range<usize>,
        listened: impl FnOnce(&By) -> Result<Arc<Listened>, E>,
    ) -> Result<Vec<u32>, E> {
        let pages = &self.seen().pages;
        let sorted = match pages.known(wanted) {
            Some(sorted) => sorted,
            None if page.end <= SOON => Arc::new(self.sorted(selected, wanted, page.end, listened)?),
            None => pages.get(wanted, || {
                let sorted = self.sorted(selected, wanted, selected.tracks, listened)?;
                let weight = sorted.len();
                Ok((sorted, weight))
            })?,
        };
        Ok(sorted.get(page.start..sorted.len().min(page.end)).unwrap_or_default().to_vec())
    }

    /// The first of them.
    fn sorted<E>(
        &self,
        selected: &Selected,
        wanted: &Wanted,
        most: usize,
        listened: impl FnOnce(&By) -> Result<Arc<Listened>, E>,
    ) -> Result<Vec<u32>, E> {
        let (way, most) = (Way { sort: wanted.sort, descending: wanted.descending }, most.min(selected.tracks));
        let is_in = |position: u32| selected.bits.contains(position as usize);
        let Some(by) = &wanted.by else { return Ok(self.filed(way, most, is_in)) };
        let moved = self.moved(&*listened(by)?, by, way);
        let unmoved = self.filed(way, most, |position| is_in(position) && !moved.bits.contains(position as usize));
        Ok(self.merged(way, most, unmoved, &moved, is_in))
    }

    /// By what the files say.
    fn filed(&self, way: Way, most: usize, is_in: impl Fn(u32) -> bool) -> Vec<u32> {
        match SORTS.iter().position(|sort| *sort == way.sort) {
            Some(place) => self.order(place).among(way.descending, most, is_in),
            // Files say nothing of what was played.
            None => self.order(0).among(false, most, is_in),
        }
    }

    fn merged(&self, way: Way, most: usize, unmoved: Vec<u32>, moved: &Moved, is_in: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut merged = Vec::with_capacity(most);
        let mut unmoved = unmoved.into_iter().peekable();
        let mut moved = moved.sorted.iter().copied().filter(|(_, position)| is_in(*position)).peekable();
        let within = |position: u32| (self.within_album(position as usize), position);
        while merged.len() < most {
            let is_moved = match (unmoved.peek(), moved.peek()) {
                (Some(here), Some((key, there))) => {
                    let by_key = way.compare(*key, self.key(way.sort, *here as usize));
                    by_key.then_with(|| within(*there).cmp(&within(*here))).is_lt()
                }
                (None, Some(_)) => true,
                (_, None) => false,
            };
            merged.extend(if is_moved { moved.next().map(|(_, position)| position) } else { unmoved.next() });
        }
        merged
    }
}

impl Catalogue {
    /// Makes all orders, so that nobody waits for one.
    pub(super) fn sort_all(&self) {
        (0..SORTS.len()).for_each(|place| {
            self.order(place);
        });
    }

    fn order(&self, place: usize) -> &Order {
        self.orders.each[place].get_or_init(|| {
            let sort = SORTS[place];
            if sort == BASE {
                return Order::new(self.placed(), |position| self.key(sort, position));
            }
            if (0..self.len()).all(|position| self.key(sort, position).is_none()) {
                return Order::unknown(self.by_album().clone());
            }
            Order::new(Vec::clone(self.by_album()), |position| self.key(sort, position))
        })
    }

    pub(super) fn by_album(&self) -> &Arc<Vec<u32>> {
        &self.order(0).positions
    }

    fn placed(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_by_cached_key(|position| self.within_album(*position as usize));
        order
    }

    /// By album, disc, number and title; tracks of no album last, by artist.
    pub(super) fn within_album(&self, position: usize) -> (u32, u32, u32, u32) {
        let album = self.album_rank(position);
        let artist = if album.is_none() { self.artists.rank(position).unwrap_or(u32::MAX) } else { 0 };
        (album.unwrap_or(u32::MAX), artist, self.place[position], self.title[position])
    }

    fn album_rank(&self, position: usize) -> Option<u32> {
        self.albums.ranks.get(self.album[position] as usize).copied()
    }

    /// What a track sorts by, as far as its file tells; `None`: not known.
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
            SortKey::Added => Some(self.added_ms[position]),
            SortKey::Bpm => known(self.bpm[position].into()),
            SortKey::Kbps => known(self.kbps[position].into()),
            SortKey::Size => Some(self.size[position]),
            SortKey::Rating => known(self.rating[position].into()),
            SortKey::Plays => Some(0),
            SortKey::LastPlayed => None,
        }
    }
}
