//! What another program knew of a listener's tracks.

use rusqlite::{Transaction, named_params};

use super::super::{Library, LibraryError};
use crate::types::{TrackId, UnixMs, UserId};

/// Under this name `meta` counts imports: a host that runs beside one learns of it so.
pub(in super::super) const IMPORTS: &str = "imports";
/// Tracks that a change names one by one.
const NAMED_MAX: usize = 1_000;

/// Of one track. What the other program did not know is `None`, or 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brought {
    pub track: TrackId,
    pub plays: u32,
    pub skips: u32,
    pub last_played_ms: Option<i64>,
    pub last_skipped_ms: Option<i64>,
    /// 1 to 100. Stars that the listener has given here stay.
    pub rating: Option<u8>,
    pub loved: bool,
    pub added_ms: Option<i64>,
    /// From an export of this library: its counts have what was made here in them, and are not added to it.
    pub is_own: bool,
}

const BRING: &str = "
    INSERT INTO listened (listener, track, plays, skips, imported_plays, imported_skips, last_played_ms, last_skipped_ms, rating, loved, added_ms, updated_ms)
    VALUES (:listener, :track, :plays, :skips, :plays, :skips, :last_played, :last_skipped, :rating, :loved, :added, :now)
    ON CONFLICT (listener, track) DO UPDATE SET
        plays = iif(:is_own, max(plays, excluded.plays), plays + max(0, excluded.imported_plays - imported_plays)),
        skips = iif(:is_own, max(skips, excluded.skips), skips + max(0, excluded.imported_skips - imported_skips)),
        imported_plays = iif(:is_own, imported_plays, max(imported_plays, excluded.imported_plays)),
        imported_skips = iif(:is_own, imported_skips, max(imported_skips, excluded.imported_skips)),
        last_played_ms = nullif(max(coalesce(last_played_ms, 0), coalesce(excluded.last_played_ms, 0)), 0),
        last_skipped_ms = nullif(max(coalesce(last_skipped_ms, 0), coalesce(excluded.last_skipped_ms, 0)), 0),
        rating = coalesce(rating, excluded.rating), loved = max(loved, excluded.loved),
        added_ms = coalesce(min(added_ms, excluded.added_ms), added_ms, excluded.added_ms), updated_ms = excluded.updated_ms";

impl Library {
    /// Adds to what the listener made here, all of it or nothing. Counts are added once: a later import brings only what it has more
    /// than the ones before. Tracks that are not in the library are left out. Returns of how many tracks something was brought.
    pub fn bring(&self, listener: UserId, brought: &[Brought], now: UnixMs) -> Result<usize, LibraryError> {
        let ids: Vec<TrackId> = brought.iter().map(|one| one.track).collect();
        let known: std::collections::HashSet<TrackId> = self.known(&ids)?.into_iter().collect();
        let brought: Vec<&Brought> = brought.iter().filter(|one| known.contains(&one.track)).collect();
        self.write_listened(|change| {
            for one in &brought {
                bring(change, listener, one, now)?;
            }
            let sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            change.execute(sql, (IMPORTS, uuid::Uuid::from_bytes(crate::types::random::bytes()).as_bytes())).map(drop)
        })?;
        let ids: Vec<TrackId> = brought.iter().take(NAMED_MAX + 1).map(|one| one.track).collect();
        self.shared.changes.of_listener(listener, &ids);
        Ok(brought.len())
    }
}

fn bring(change: &Transaction<'_>, listener: UserId, one: &Brought, now: UnixMs) -> rusqlite::Result<()> {
    // No other program's future either.
    let past = |ms: Option<i64>| ms.map(|ms| ms.clamp(0, now.0));
    change
        .prepare_cached(BRING)?
        .execute(named_params! {
            ":listener": listener.0.as_bytes(), ":track": one.track.0.as_bytes(), ":plays": one.plays, ":skips": one.skips,
            ":last_played": past(one.last_played_ms), ":last_skipped": past(one.last_skipped_ms),
            ":rating": one.rating.map(|rating| rating.min(100)), ":loved": one.loved, ":added": past(one.added_ms), ":is_own": one.is_own, ":now": now.0,
        })
        .map(drop)
}
