//! The catalogue as each kind of asker sees it. Every answer begins with a set of tracks that is made here ([`View::there`]), so that
//! what is hidden from somebody is in none of their lists, counts and orders.

use std::collections::HashMap;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rusqlite::Connection;

use super::super::Totals;
use super::super::identity::Twins;
use super::super::row::path_of;
use super::super::sight::Sight;
use super::albums::Facts;
use super::bits::Bits;
use super::listened::{Listened, Moved};
use super::order::{Wanted, Way};
use super::select::{Asked, By, Selected};
use super::{Catalogue, Recent};

/// Selections remembered. Each takes a bit a track.
const SELECTIONS: usize = 48;
/// Selections in an order remembered, and most positions in all of them.
const PAGES: usize = 16;
const PAGES_POSITIONS: usize = 3_000_000;
/// Listeners whose traces are remembered.
const LISTENERS: usize = 4;
/// Orders of listeners remembered.
const MOVED: usize = 6;

/// What one kind of asker sees of the catalogue, and what they asked for last.
pub(super) struct Seen {
    /// `None`: all of it.
    bits: Option<Bits>,
    /// Tracks that are there more than once among those that are seen.
    pub(super) duplicates: Bits,
    /// By number, the lowest number of what is the same.
    pub(super) groups: OnceLock<HashMap<i64, i64>>,
    pub(super) albums: Facts,
    pub(super) totals: Totals,
    pub(super) selected: Recent<Asked, Selected>,
    pub(super) pages: Recent<Wanted, Vec<u32>>,
    pub(super) listened: Recent<By, Listened>,
    pub(super) moved: Recent<(By, Way), Moved>,
}

impl Seen {
    fn new(bits: Option<Bits>, tracks: usize, albums: usize) -> Self {
        Self {
            bits,
            duplicates: Bits::none(tracks),
            groups: OnceLock::new(),
            albums: Facts::new(albums),
            totals: Totals::default(),
            selected: Recent::new(SELECTIONS, usize::MAX),
            pages: Recent::new(PAGES, PAGES_POSITIONS),
            listened: Recent::new(LISTENERS, usize::MAX),
            moved: Recent::new(MOVED, usize::MAX),
        }
    }

    pub(super) fn sees(&self, position: usize) -> bool {
        self.bits.as_ref().is_none_or(|bits| bits.contains(position))
    }
}

/// Who sees which folder, while a catalogue is made: a file is seen where its folder is.
pub(super) struct Folders {
    /// By kind of asker, then by the folder's number, which are dense.
    seen: Vec<Vec<bool>>,
}

impl Folders {
    pub(super) fn read(index: &Connection, sights: &[Sight]) -> rusqlite::Result<Self> {
        let mut seen = vec![Vec::new(); sights.len()];
        if sights.is_empty() {
            return Ok(Self { seen });
        }
        let mut statement = index.prepare("SELECT n, path FROM main.folder ORDER BY n")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (number, path): (u32, &Path) = (row.get(0)?, path_of(row.get_ref(1)?.as_blob()?));
            for (sight, seen) in sights.iter().zip(&mut seen) {
                seen.resize(number as usize, false);
                seen.push(sight(path));
            }
        }
        Ok(Self { seen })
    }

    fn sees(&self, sight: usize, folder: u32) -> bool {
        self.seen[sight].get(folder as usize).copied().unwrap_or(false)
    }

    /// Who sees everything, then the others, of whom it is not known yet what they see.
    pub(super) fn each(&self, tracks: usize, albums: usize) -> Vec<Seen> {
        let narrowed = self.seen.iter().map(|_| Seen::new(Some(Bits::none(tracks)), tracks, albums));
        std::iter::once(Seen::new(None, tracks, albums)).chain(narrowed).collect()
    }

    /// Notes who sees a track.
    pub(super) fn note(&self, seen: &mut [Seen], folder: u32, position: usize) {
        for (sight, seen) in seen.iter_mut().skip(1).enumerate() {
            if let Some(bits) = &mut seen.bits
                && self.sees(sight, folder)
            {
                bits.insert(position);
            }
        }
    }

    /// The numbers of the tracks that are there more than once among what each sees. What is so among the seen is so among all.
    pub(super) fn twins(&self, index: &Connection) -> rusqlite::Result<Vec<Vec<i64>>> {
        let mut twins: Vec<Twins> = self.seen.iter().map(|_| Twins::default()).collect();
        let sql = "SELECT n, fingerprint, song, duration_ms, folder FROM main.track WHERE duplicate AND state = 'present'";
        let mut statement = index.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let folder = row.get(4)?;
            for (sight, twins) in twins.iter_mut().enumerate() {
                if self.sees(sight, folder) {
                    twins.add(row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                }
            }
        }
        Ok(twins.into_iter().map(Twins::several).collect())
    }
}

/// The catalogue for one kind of asker. Cheap to clone.
#[derive(Clone)]
pub(in crate::host::library) struct View {
    whole: Arc<Catalogue>,
    sight: usize,
}

impl Deref for View {
    type Target = Catalogue;

    fn deref(&self) -> &Catalogue {
        &self.whole
    }
}

impl View {
    /// `None`: it was made before anybody knew of such askers.
    pub(in crate::host::library) fn of(whole: Arc<Catalogue>, sight: usize) -> Option<Self> {
        (sight < whole.seen.len()).then_some(Self { whole, sight })
    }

    pub(in crate::host::library) fn totals(&self) -> Totals {
        self.seen().totals
    }

    pub(super) fn seen(&self) -> &Seen {
        &self.whole.seen[self.sight]
    }

    /// The tracks in any of these states that the asker sees.
    pub(super) fn there(&self, states: u8) -> Bits {
        let mut bits = Bits::of(self.len(), |position| self.flags[position] & states != 0);
        self.hide(&mut bits);
        bits
    }

    /// Takes away what the asker does not see.
    pub(super) fn hide(&self, bits: &mut Bits) {
        if let Some(seen) = &self.seen().bits {
            bits.keep(seen);
        }
    }
}
