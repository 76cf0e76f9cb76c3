//! What rows show of a listener.

use rusqlite::{OptionalExtension, Row, params};

use super::super::{Library, LibraryError};
use crate::protocol::TrackRow;
use crate::types::{UnixMs, UserId};

impl Library {
    /// Fills in what the listener made of the tracks of a page. Stars are the file's where the listener has given none.
    pub fn fill_listened(&self, listener: UserId, rows: &mut [TrackRow]) -> Result<(), LibraryError> {
        let sql = "SELECT plays, skips, last_played_ms, rating, loved, resume_ms, added_ms FROM listened WHERE listener = ? AND track = ?";
        let found = self.read_listened(|listened| {
            let mut statement = listened.prepare_cached(sql)?;
            let ids = rows.iter().map(|row| row.id);
            ids.map(|id| statement.query_row(params![listener.0.as_bytes(), id.0.as_bytes()], Own::read).optional())
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        for (row, own) in rows.iter_mut().zip(found) {
            if let Some(own) = own {
                own.show(row);
            }
        }
        Ok(())
    }
}

struct Own {
    plays: u32,
    skips: u32,
    last_played_ms: Option<i64>,
    rating: Option<u8>,
    loved: bool,
    resume_ms: Option<u64>,
    added_ms: Option<i64>,
}

impl Own {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let count = |column| row.get::<_, i64>(column).map(|n| u32::try_from(n.max(0)).unwrap_or(u32::MAX));
        Ok(Self {
            plays: count("plays")?,
            skips: count("skips")?,
            last_played_ms: row.get("last_played_ms")?,
            rating: row.get("rating")?,
            loved: row.get("loved")?,
            resume_ms: row.get::<_, Option<i64>>("resume_ms")?.and_then(|ms| u64::try_from(ms).ok()),
            added_ms: row.get("added_ms")?,
        })
    }

    fn show(self, row: &mut TrackRow) {
        let listened = &mut row.listened;
        (listened.plays, listened.skips) = (self.plays, self.skips);
        (listened.last_played_ms, listened.loved, listened.resume_ms) = (self.last_played_ms, self.loved, self.resume_ms);
        if let Some(rating) = self.rating {
            listened.rating = Some(rating).filter(|stars| *stars > 0);
        }
        if let Some(added_ms) = self.added_ms {
            row.added_at = UnixMs(added_ms).to_rfc3339();
        }
    }
}
