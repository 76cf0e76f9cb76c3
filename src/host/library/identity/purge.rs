//! Tracks that their owner wants to see no more: those whose file has vanished.
//!
//! A purged track is out of everything that is listed at once, and can be brought back for a while. After that its row goes; its id stays
//! with the sound it had, and what listeners made of it stays in their database, so that a file that comes back is the track it was.

use std::time::Duration;

use rusqlite::{Connection, params};

use super::super::{Library, LibraryError, db};
use crate::types::{Clock, TrackId, UnixMs};

/// How long a purge can be undone.
const UNDO_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl Library {
    /// Purges those of `tracks` whose file has vanished, or all of such a state; tells which.
    pub fn purge(&self, tracks: Option<&[TrackId]>, clock: &dyn Clock) -> Result<Vec<TrackId>, LibraryError> {
        self.turn("missing", "purged", tracks, clock)
    }

    /// Brings purged tracks back, as missing.
    pub fn unpurge(&self, tracks: Option<&[TrackId]>, clock: &dyn Clock) -> Result<Vec<TrackId>, LibraryError> {
        self.turn("purged", "missing", tracks, clock)
    }

    fn turn(&self, from: &str, to: &str, tracks: Option<&[TrackId]>, clock: &dyn Clock) -> Result<Vec<TrackId>, LibraryError> {
        let mut index = db::open_for_writing(&self.index())?;
        let change = index.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let now = clock.now().0;
        let id = |row: &rusqlite::Row<'_>| super::super::row::track_id(row);
        let mut turned = Vec::new();
        match tracks {
            None => {
                let mut statement = change.prepare("UPDATE track SET state = ?, state_at_ms = ? WHERE state = ? RETURNING id")?;
                let rows = statement.query_map(params![to, now, from], id)?;
                turned = rows.collect::<Result<_, _>>()?;
            }
            Some(tracks) => {
                let sql = "UPDATE track SET state = ?, state_at_ms = ? WHERE state = ? AND id = ? RETURNING id";
                let mut statement = change.prepare(sql)?;
                for track in tracks {
                    for row in statement.query_map(params![to, now, from, track.0.as_bytes()], id)? {
                        turned.push(row?);
                    }
                }
            }
        }
        change.commit()?;
        Ok(turned)
    }
}

/// Takes a purged track's row out of the index, and keeps its id for its sound.
pub(super) fn forget(index: &Connection, n: i64) -> rusqlite::Result<()> {
    let keep = "INSERT OR REPLACE INTO former (id, fingerprint, added_at_ms) SELECT id, fingerprint, added_at_ms FROM track WHERE n = ?";
    index.prepare_cached(keep)?.execute([n])?;
    index.prepare_cached("DELETE FROM track WHERE n = ?")?.execute([n])?;
    Ok(())
}

/// What a scan does at its end: forgets what was purged long ago, and what came back.
pub(in super::super) fn forget_purged(index: &Connection, now: UnixMs) -> rusqlite::Result<()> {
    let before = now.0.saturating_sub(UNDO_FOR.as_millis() as i64);
    let mut statement = index.prepare("SELECT n FROM track WHERE state = 'purged' AND state_at_ms < ?")?;
    let old: Vec<i64> = statement.query_map([before], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for n in old {
        forget(index, n)?;
    }
    index.execute("DELETE FROM former WHERE EXISTS (SELECT 1 FROM track WHERE track.id = former.id)", []).map(drop)
}
