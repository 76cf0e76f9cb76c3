//! What players report: tracks left or ended, and places in long ones.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Transaction, named_params, params};

use super::super::row::{integer, kind_of, unsigned};
use super::super::{Library, LibraryError};
use super::verdict::{Length, Outcome, outcome, place};
use crate::protocol::PlayReport;
use crate::types::{TrackId, UnixMs, UserId};

/// Reports kept of a listener.
const HISTORY_MAX: i64 = 100_000;

impl Library {
    /// Counts what was heard, each report once however often it is sent. Tracks that are not in the library are left out.
    pub fn note_played(&self, listener: UserId, reports: &[PlayReport], now: UnixMs) -> Result<(), LibraryError> {
        let lengths = self.lengths(reports.iter().map(|report| report.track))?;
        let changed = self.write_listened(|change| {
            let mut changed = Vec::new();
            for report in reports {
                let Some(length) = lengths.get(&report.track) else { continue };
                if note(change, listener, report, length, now)? {
                    changed.push(report.track);
                }
            }
            thin_out(change, listener)?;
            Ok(changed)
        })?;
        self.shared.changes.of_listener(listener, &changed);
        Ok(())
    }

    /// Notes where the listener is in a track, if that is one to go on in.
    pub fn note_place(&self, listener: UserId, track: TrackId, position_ms: u64, now: UnixMs) -> Result<(), LibraryError> {
        let Some(length) = self.lengths([track].into_iter())?.remove(&track) else { return Ok(()) };
        let place = place(&length, position_ms).map(integer);
        let had_one = self.write_listened(|change| {
            let sql = "SELECT resume_ms NOT NULL FROM listened WHERE listener = ? AND track = ?";
            let had: Option<bool> =
                change.prepare_cached(sql)?.query_row(params![listener.0.as_bytes(), track.0.as_bytes()], |row| row.get(0)).optional()?;
            let had = had.unwrap_or(false);
            if had || place.is_some() {
                set_place(change, listener, track, place, now)?;
            }
            Ok(had)
        })?;
        // How far somebody is need not be shown while they play: whoever goes on elsewhere asks for the row.
        if had_one != place.is_some() {
            self.shared.changes.of_listener(listener, &[track]);
        }
        Ok(())
    }

    fn lengths(&self, tracks: impl Iterator<Item = TrackId> + Clone) -> Result<HashMap<TrackId, Length>, LibraryError> {
        self.shared.readers.read(|index| {
            let mut statement = index.prepare_cached("SELECT kind, duration_ms, genre FROM track WHERE id = ?")?;
            let mut lengths = HashMap::new();
            for track in tracks {
                let found = statement.query_row([track.0.as_bytes()], |row| {
                    Ok(Length {
                        kind: kind_of(row.get_ref("kind")?.as_str()?),
                        duration_ms: unsigned(row, "duration_ms")?,
                        genre: row.get("genre")?,
                    })
                });
                if let Some(length) = found.optional()? {
                    lengths.insert(track, length);
                }
            }
            Ok(lengths)
        })
    }
}

/// Returns whether anything of the track's row changed.
fn note(change: &Transaction<'_>, listener: UserId, report: &PlayReport, length: &Length, now: UnixMs) -> rusqlite::Result<bool> {
    let outcome = outcome(report, length.duration_ms);
    // A player's clock may be wrong, but nothing was played tomorrow.
    let at_ms = report.at_ms.clamp(0, now.0);
    let sql = "INSERT INTO history (listener, event, track, at_ms, heard_ms, outcome) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    let values =
        params![listener.0.as_bytes(), report.event.as_bytes(), report.track.0.as_bytes(), at_ms, integer(report.heard_ms), outcome as i64];
    if change.prepare_cached(sql)?.execute(values)? == 0 {
        return Ok(false);
    }
    count(change, listener, report.track, outcome, at_ms, now)?;
    if report.ended {
        set_place(change, listener, report.track, None, now)?;
    }
    Ok(outcome != Outcome::Neither || report.ended)
}

fn count(change: &Transaction<'_>, listener: UserId, track: TrackId, outcome: Outcome, at_ms: i64, now: UnixMs) -> rusqlite::Result<()> {
    let sql = match outcome {
        Outcome::Neither => return Ok(()),
        Outcome::Play => {
            "INSERT INTO listened (listener, track, plays, last_played_ms, updated_ms) VALUES (:listener, :track, 1, :at, :now)
             ON CONFLICT (listener, track) DO UPDATE SET plays = plays + 1,
             last_played_ms = max(coalesce(last_played_ms, 0), excluded.last_played_ms), updated_ms = excluded.updated_ms"
        }
        Outcome::Skip => {
            "INSERT INTO listened (listener, track, skips, last_skipped_ms, updated_ms) VALUES (:listener, :track, 1, :at, :now)
             ON CONFLICT (listener, track) DO UPDATE SET skips = skips + 1,
             last_skipped_ms = max(coalesce(last_skipped_ms, 0), excluded.last_skipped_ms), updated_ms = excluded.updated_ms"
        }
    };
    let values = named_params! { ":listener": listener.0.as_bytes(), ":track": track.0.as_bytes(), ":at": at_ms, ":now": now.0 };
    change.prepare_cached(sql)?.execute(values).map(drop)
}

fn set_place(change: &Transaction<'_>, listener: UserId, track: TrackId, place: Option<i64>, now: UnixMs) -> rusqlite::Result<()> {
    let sql = "INSERT INTO listened (listener, track, resume_ms, updated_ms) VALUES (?, ?, ?, ?)
               ON CONFLICT (listener, track) DO UPDATE SET resume_ms = excluded.resume_ms, updated_ms = excluded.updated_ms";
    change.prepare_cached(sql)?.execute(params![listener.0.as_bytes(), track.0.as_bytes(), place, now.0]).map(drop)
}

fn thin_out(change: &Transaction<'_>, listener: UserId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM history WHERE n IN (SELECT n FROM history WHERE listener = ? ORDER BY at_ms DESC LIMIT -1 OFFSET ?)";
    change.prepare_cached(sql)?.execute(params![listener.0.as_bytes(), HISTORY_MAX]).map(drop)
}
