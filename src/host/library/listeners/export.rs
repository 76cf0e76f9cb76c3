//! What one listener made of all tracks, to take along.

use rusqlite::params;
use uuid::Uuid;

use super::super::{Library, LibraryError};
use super::import::Brought;
use crate::types::{TrackId, UserId};

impl Library {
    /// Of every track that the listener made something of.
    pub fn made_by(&self, listener: UserId) -> Result<Vec<Brought>, LibraryError> {
        let sql = "SELECT track, plays, skips, last_played_ms, last_skipped_ms, rating, loved, added_ms FROM listened WHERE listener = ? ORDER BY track";
        self.read_listened(|listened| {
            let mut statement = listened.prepare_cached(sql)?;
            let rows = statement.query_map(params![listener.0.as_bytes()], |row| {
                let count = |column| row.get::<_, i64>(column).map(|n| u32::try_from(n.max(0)).unwrap_or(u32::MAX));
                Ok(Brought {
                    track: TrackId(Uuid::from_bytes(row.get("track")?)),
                    plays: count("plays")?,
                    skips: count("skips")?,
                    last_played_ms: row.get("last_played_ms")?,
                    last_skipped_ms: row.get("last_skipped_ms")?,
                    rating: row.get("rating")?,
                    loved: row.get("loved")?,
                    added_ms: row.get("added_ms")?,
                    is_own: true,
                })
            })?;
            rows.collect()
        })
    }
}
