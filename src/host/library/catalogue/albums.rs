//! The albums: what a list of them shows and sorts by.

use std::sync::OnceLock;

use super::NO_YEAR;
use super::names::Texts;
use crate::protocol::FacetOrder;
use crate::types::AlbumId;

/// Columns by album, numbered from 0.
#[derive(Debug, Default)]
pub(super) struct Albums {
    pub(super) ids: Vec<[u8; 16]>,
    pub(super) titles: Texts,
    /// Whose it is; empty: nobody's.
    pub(super) artists: Texts,
    /// Place by artist, then title, each its own; nobody's last.
    pub(super) ranks: Vec<u32>,
    pub(super) title_ranks: Vec<u32>,
    /// Albums by id.
    pub(super) by_id: Vec<u32>,
}

/// What the tracks of each album say that somebody sees; those that are gone only where all are.
#[derive(Debug)]
pub(super) struct Facts {
    /// The first of its tracks' that is known.
    pub(super) years: Vec<Option<i16>>,
    /// When the last of its tracks was added, Unix seconds.
    pub(super) added_s: Vec<u32>,
    /// The number of its picture; 0: none.
    pub(super) pictures: Vec<u32>,
    /// Whether one of its tracks is there.
    there: Vec<bool>,
    orders: [OnceLock<Vec<u32>>; 4],
}

impl Facts {
    pub(super) fn new(albums: usize) -> Self {
        let (years, added_s, pictures, there) = (vec![None; albums], vec![0; albums], vec![0; albums], vec![false; albums]);
        Self { years, added_s, pictures, there, orders: Default::default() }
    }

    /// Takes in what a track says.
    pub(super) fn learn(&mut self, album: u32, is_there: bool, (year, added_s, picture): (i16, u32, u32)) {
        let at = album as usize;
        if is_there && !self.there[at] {
            (self.years[at], self.added_s[at], self.pictures[at]) = (None, 0, 0);
            self.there[at] = true;
        } else if self.there[at] && !is_there {
            return;
        }
        self.years[at] = self.years[at].or((year != NO_YEAR).then_some(year));
        self.added_s[at] = self.added_s[at].max(added_s);
        if self.pictures[at] == 0 {
            self.pictures[at] = picture;
        }
    }
}

impl Albums {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Sorts what was read, by the keys of all titles and artists.
    pub(super) fn rank(&mut self, titles: &Texts, artists: &Texts) {
        self.title_ranks = titles.ranks();
        let artist_ranks = artists.ranks();
        let mut sorted: Vec<u32> = (0..self.len() as u32).collect();
        sorted.sort_unstable_by_key(|album| {
            let at = *album as usize;
            (self.artists.get(at).is_empty(), artist_ranks[at], self.title_ranks[at], *album)
        });
        self.ranks = vec![0; self.len()];
        (0..).zip(&sorted).for_each(|(rank, album)| self.ranks[*album as usize] = rank);
        sorted.sort_unstable_by_key(|album| self.ids[*album as usize]);
        self.by_id = sorted;
        self.titles.shrink();
        self.artists.shrink();
    }

    pub(super) fn find(&self, id: AlbumId) -> Option<u32> {
        let found = self.by_id.binary_search_by_key(&id.0, |album| self.ids[*album as usize]);
        found.ok().map(|at| self.by_id[at])
    }

    pub(super) fn artist(&self, album: u32) -> Option<&str> {
        Some(self.artists.text(album as usize)).filter(|artist| !artist.is_empty())
    }

    /// All albums in an order, by what somebody knows of them.
    pub(super) fn sorted<'a>(&self, facts: &'a Facts, order: FacetOrder) -> &'a [u32] {
        let place = match order {
            FacetOrder::Name => 0,
            FacetOrder::Title => 1,
            FacetOrder::Year => 2,
            FacetOrder::Added => 3,
        };
        facts.orders[place].get_or_init(|| {
            let mut sorted: Vec<u32> = (0..self.len() as u32).collect();
            sorted.sort_by_cached_key(|album| {
                let at = *album as usize;
                let first = match order {
                    FacetOrder::Name => 0,
                    FacetOrder::Title => i64::from(self.title_ranks[at]),
                    FacetOrder::Year => facts.years[at].map_or(i64::MAX, |year| -i64::from(year)),
                    FacetOrder::Added => -i64::from(facts.added_s[at]),
                };
                (first, self.ranks[at])
            });
            sorted
        })
    }
}
