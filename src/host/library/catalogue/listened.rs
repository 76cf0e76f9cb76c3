//! What one listener made of the tracks, as far as tracks are selected and sorted by it.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use super::bits::Bits;
use super::order::Way;
use super::{By, Catalogue, View};
use crate::protocol::{Only, SortKey};

/// The tracks that a listener left a trace on, by position.
pub(in crate::host::library) struct Listened(Vec<(u32, Own)>);

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Own {
    pub(super) plays: u32,
    pub(super) last_played_ms: Option<i64>,
    /// As another program knew it.
    pub(super) added_ms: Option<i64>,
    /// 0: none, whatever the file says.
    pub(super) rating: Option<u8>,
    pub(super) is_loved: bool,
    is_begun: bool,
}

/// Tracks that sort otherwise for a listener than their files say.
pub(super) struct Moved {
    pub(super) bits: Bits,
    /// With what each sorts by, one way.
    pub(super) sorted: Vec<(Option<u64>, u32)>,
}

impl View {
    /// Reads it from the listeners' data beside the index; kept until that changes.
    pub(in crate::host::library) fn listened(&self, index: &Connection, by: &By) -> rusqlite::Result<Arc<Listened>> {
        self.seen().listened.get(by, || {
            let mut all = if is_attached(index)? { self.read_listened(index, by)? } else { Vec::new() };
            all.sort_unstable_by_key(|(position, _)| *position);
            Ok((Listened(all), 0))
        })
    }

    /// What a listener's own keys move in an order.
    pub(super) fn moved(&self, listened: &Listened, by: &By, way: Way) -> Arc<Moved> {
        let moved = self.seen().moved.get(&(by.clone(), way), || {
            let mut bits = Bits::none(self.len());
            let own = listened.0.iter().filter(|(_, own)| own.key(way.sort).is_some());
            own.for_each(|(position, _)| bits.insert(*position as usize));
            let of = |position: u32| (listened.of(position).key(way.sort).flatten(), position);
            // What ties lies as it has it by album.
            let by_album = self.by_album().iter().filter(|position| bits.contains(**position as usize));
            let mut sorted: Vec<_> = by_album.map(|position| of(*position)).collect();
            sorted.sort_by(|a, b| way.compare(a.0, b.0));
            Ok::<_, std::convert::Infallible>((Moved { bits, sorted }, 0))
        });
        moved.unwrap_or_else(|never| match never {})
    }
}

impl Catalogue {
    fn read_listened(&self, index: &Connection, by: &By) -> rusqlite::Result<Vec<(u32, Own)>> {
        let mut statement = index.prepare_cached(
            "SELECT track.n, plays, last_played_ms, listened.rating, loved, resume_ms NOT NULL, added_ms
             FROM heard.listened JOIN track ON track.id = listened.track WHERE listener = ?",
        )?;
        let mut rows = statement.query([by.listener.0.as_bytes()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let own = Own {
                plays: u32::try_from(row.get::<_, i64>(1)?.max(0)).unwrap_or(u32::MAX),
                last_played_ms: row.get(2)?,
                rating: row.get(3)?,
                is_loved: row.get(4)?,
                is_begun: row.get(5)?,
                added_ms: row.get(6)?,
            };
            if let Ok(position) = self.n.binary_search(&row.get(0)?) {
                all.push((position as u32, own));
            }
        }
        Ok(all)
    }

    /// The tracks of a part of the library that is the listener's own.
    pub(in crate::host::library) fn own(&self, listened: &Listened, only: Only) -> Bits {
        let mut bits = Bits::none(self.len());
        for (position, own) in &listened.0 {
            let is_in = match only {
                Only::Loved => own.is_loved,
                Only::Unfinished => own.is_begun,
                Only::Duplicates | Only::Missing => false,
            };
            if is_in {
                bits.insert(*position as usize);
            }
        }
        bits
    }
}

impl Listened {
    /// With their positions, which ascend.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Own)> {
        self.0.iter().map(|(position, own)| (*position as usize, own))
    }

    pub(super) fn of(&self, position: u32) -> Own {
        self.0.binary_search_by_key(&position, |(position, _)| *position).map(|at| self.0[at].1).unwrap_or_default()
    }
}

impl Own {
    /// What the track sorts by for the listener, perhaps nothing; `None`: what its file says.
    fn key(&self, sort: SortKey) -> Option<Option<u64>> {
        let time = |ms: i64| u64::try_from(ms).unwrap_or(0);
        match sort {
            SortKey::Plays => (self.plays > 0).then_some(Some(self.plays.into())),
            SortKey::LastPlayed => self.last_played_ms.map(|ms| Some(time(ms))),
            SortKey::Added => self.added_ms.map(|ms| Some(time(ms))),
            SortKey::Rating => self.rating.map(|rating| Some(u64::from(rating)).filter(|rating| *rating > 0)),
            _ => None,
        }
    }
}

impl Way {
    /// What is not known is last both ways.
    pub(super) fn compare(self, a: Option<u64>, b: Option<u64>) -> Ordering {
        let known = if self.descending { Reverse(a).cmp(&Reverse(b)) } else { a.cmp(&b) };
        a.is_none().cmp(&b.is_none()).then(known)
    }
}

fn is_attached(index: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM pragma_database_list WHERE name = 'heard'";
    Ok(index.prepare_cached(sql)?.query_row([], |_| Ok(())).optional()?.is_some())
}

/// Another number whenever what listeners made has changed, whoever did it.
pub(super) fn version(watch: &Connection) -> rusqlite::Result<i64> {
    if is_attached(watch)? { watch.prepare_cached("PRAGMA heard.data_version")?.query_row([], |row| row.get(0)) } else { Ok(0) }
}
