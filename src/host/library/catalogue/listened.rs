//! What one listener made of the tracks, as far as tracks are selected and sorted by it.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use super::bits::Bits;
use super::{By, Catalogue};
use crate::protocol::{Only, SortKey};

/// The tracks that a listener left a trace on, by position.
pub(in crate::host::library) struct Listened(Vec<(u32, Own)>);

#[derive(Clone, Copy, Debug, Default)]
struct Own {
    plays: u32,
    last_played_ms: Option<i64>,
    /// 0: none, whatever the file says.
    rating: Option<u8>,
    is_loved: bool,
    is_begun: bool,
}

impl Catalogue {
    /// Reads it from the listeners' data beside the index; kept until that changes.
    pub(in crate::host::library) fn listened(&self, index: &Connection, by: &By) -> rusqlite::Result<Arc<Listened>> {
        self.listened.get(by, || {
            let mut all = if is_attached(index)? { self.read_listened(index, by)? } else { Vec::new() };
            all.sort_unstable_by_key(|(position, _)| *position);
            Ok((Listened(all), 0))
        })
    }

    fn read_listened(&self, index: &Connection, by: &By) -> rusqlite::Result<Vec<(u32, Own)>> {
        let mut statement = index.prepare_cached(
            "SELECT track.n, plays, last_played_ms, listened.rating, loved, resume_ms NOT NULL
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
    /// What a track sorts by; `file` is the rating that its file has, or 0.
    pub(super) fn key(&self, sort: SortKey, position: usize, file: u8) -> Option<u64> {
        let own = self.0.binary_search_by_key(&(position as u32), |(position, _)| *position).map(|at| self.0[at].1).unwrap_or_default();
        match sort {
            SortKey::Plays => Some(own.plays.into()),
            SortKey::LastPlayed => own.last_played_ms.and_then(|ms| u64::try_from(ms).ok()),
            _ => Some(own.rating.unwrap_or(file)).filter(|rating| *rating > 0).map(u64::from),
        }
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
