//! What listeners say of tracks: stars and love; and what they want forgotten.

use rusqlite::{ToSql, named_params, params};

use super::super::{Library, LibraryError};
use crate::protocol::Forget;
use crate::types::{TrackId, UnixMs, UserId};

impl Library {
    /// `rating`: 0 to 100, 0 for no stars, also where the file has some. Tracks that are not in the library are left out.
    pub fn rate(&self, listener: UserId, tracks: &[TrackId], rating: u8, now: UnixMs) -> Result<(), LibraryError> {
        self.mark(listener, tracks, "rating", &rating, now)
    }

    pub fn love(&self, listener: UserId, tracks: &[TrackId], loved: bool, now: UnixMs) -> Result<(), LibraryError> {
        self.mark(listener, tracks, "loved", &loved, now)
    }

    /// Only what there is can be forgotten.
    pub fn forget(&self, listener: UserId, tracks: &[TrackId], what: Forget, now: UnixMs) -> Result<(), LibraryError> {
        let columns = match what {
            Forget::Plays => "plays = 0, last_played_ms = NULL",
            Forget::Skips => "skips = 0, last_skipped_ms = NULL",
            Forget::Rating => "rating = NULL",
            Forget::Resume => "resume_ms = NULL",
        };
        let sql = format!("UPDATE listened SET {columns}, updated_ms = ? WHERE listener = ? AND track = ?");
        self.write_listened(|change| {
            let mut statement = change.prepare_cached(&sql)?;
            for track in tracks {
                statement.execute(params![now.0, listener.0.as_bytes(), track.0.as_bytes()])?;
            }
            Ok(())
        })?;
        self.shared.changes.of_listener(listener, tracks);
        Ok(())
    }

    /// `column` is a name written in this file.
    fn mark(&self, listener: UserId, tracks: &[TrackId], column: &str, value: &dyn ToSql, now: UnixMs) -> Result<(), LibraryError> {
        let known = self.known(tracks)?;
        let sql = format!(
            "INSERT INTO listened (listener, track, {column}, updated_ms) VALUES (:listener, :track, :value, :now)
             ON CONFLICT (listener, track) DO UPDATE SET {column} = excluded.{column}, updated_ms = excluded.updated_ms"
        );
        self.write_listened(|change| {
            let mut statement = change.prepare_cached(&sql)?;
            for track in &known {
                statement.execute(
                    named_params! { ":listener": listener.0.as_bytes(), ":track": track.0.as_bytes(), ":value": value, ":now": now.0 },
                )?;
            }
            Ok(())
        })?;
        self.shared.changes.of_listener(listener, &known);
        Ok(())
    }

    /// Those that are in the library, missing ones among them: else anybody could fill the disk with what never was.
    pub(super) fn known(&self, tracks: &[TrackId]) -> Result<Vec<TrackId>, LibraryError> {
        self.shared.readers.read(|index| {
            let mut statement = index.prepare_cached("SELECT 1 FROM track WHERE id = ?")?;
            let mut known = Vec::with_capacity(tracks.len());
            for track in tracks {
                if statement.exists([track.0.as_bytes()])? {
                    known.push(*track);
                }
            }
            Ok(known)
        })
    }
}
