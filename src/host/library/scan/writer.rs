//! A scan's writes, many to a transaction.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use super::super::LibraryError;
use super::super::described::Described;
use super::super::identity::{Fingerprint, IdKey, Identities, mark_duplicates, settle};
use super::super::keep::{Keeper, Kept, tidy};
use super::super::row::{Stamp, file_path, path_bytes, track_id};
use crate::types::{ArtId, Clock, TrackId};

/// Files a transaction: few enough that a crash loses little and readers see progress.
const BATCH: u32 = 500;

/// What the index holds of a path.
pub(super) struct Known {
    pub(super) id: TrackId,
    stamp: Stamp,
    present: bool,
}

impl Known {
    pub(super) fn is_same(&self, stamp: Stamp) -> bool {
        self.stamp == stamp
    }
}

pub(super) struct Writer<'a> {
    index: &'a Connection,
    keeper: Keeper<'a>,
    identities: Identities<'a>,
    clock: &'a dyn Clock,
    pending: u32,
}

impl<'a> Writer<'a> {
    pub(super) fn new(index: &'a Connection, key: IdKey, clock: &'a dyn Clock) -> Self {
        Self { index, keeper: Keeper::new(index), identities: Identities::new(index, key), clock, pending: 0 }
    }

    pub(super) fn known(&self, path: &Path) -> Result<Option<Known>, LibraryError> {
        let mut statement =
            self.index.prepare_cached("SELECT id, mtime_ms, size, inode, state = 'present' AS present FROM track JOIN folder ON folder.n = track.folder WHERE folder.path = ? AND name = ?")?;
        let folder = path.parent().map(path_bytes).unwrap_or_default();
        let name = path.file_name().map(|name| name.as_encoded_bytes()).unwrap_or_default();
        let known = statement
            .query_row([folder, name], |row| Ok(Known { id: track_id(row)?, stamp: Stamp::of_row(row)?, present: row.get("present")? }));
        Ok(known.optional()?)
    }

    /// Nothing that lies below `folder` is taken to have moved: it cannot be seen now.
    pub(super) fn leave_alone(&mut self, folder: &Path) {
        self.identities.leave_alone(folder);
    }

    /// Writes a new or changed file.
    pub(super) fn write(
        &mut self,
        path: &Path,
        stamp: Stamp,
        fingerprint: Option<Fingerprint>,
        file: &Described,
        art: Option<&ArtId>,
    ) -> Result<TrackId, LibraryError> {
        let now = self.clock.now();
        self.begin()?;
        let id = self.identities.id_for(path, stamp, fingerprint, now)?;
        self.keeper.keep(&Kept { id, path, stamp, fingerprint, file, art }, now)?;
        self.count()?;
        Ok(id)
    }

    /// A file that was away is back as it was.
    pub(super) fn mark_present(&mut self, known: &Known) -> Result<(), LibraryError> {
        if known.present { Ok(()) } else { self.set_state(known.id, "present") }
    }

    /// Marks every track that was not seen: offline when it lies below a folder that is away, missing otherwise.
    /// Returns how many went missing.
    pub(super) fn mark_unseen(&mut self, seen: &HashSet<TrackId>, away: &[PathBuf]) -> Result<u64, LibraryError> {
        let mut missing = 0;
        for (id, state, was) in self.unseen(seen, away)? {
            if state != was {
                self.set_state(id, state)?;
                missing += u64::from(state == "missing");
            }
        }
        Ok(missing)
    }

    fn unseen(&self, seen: &HashSet<TrackId>, away: &[PathBuf]) -> rusqlite::Result<Vec<(TrackId, &'static str, String)>> {
        let mut statement = self.index.prepare("SELECT id, folder_path, name, state FROM track_row WHERE state <> 'purged'")?;
        let mut rows = statement.query([])?;
        let mut unseen = Vec::new();
        while let Some(row) = rows.next()? {
            let id = track_id(row)?;
            if !seen.contains(&id) {
                let path = file_path(row)?;
                let is_away = away.iter().any(|folder| path.starts_with(folder));
                unseen.push((id, if is_away { "offline" } else { "missing" }, row.get("state")?));
            }
        }
        Ok(unseen)
    }

    fn set_state(&mut self, id: TrackId, state: &str) -> Result<(), LibraryError> {
        self.begin()?;
        self.index.prepare_cached("UPDATE track SET state = ?, state_at_ms = ? WHERE id = ?")?.execute(params![
            state,
            self.clock.now().0,
            id.0.as_bytes()
        ])?;
        self.count()
    }

    fn begin(&self) -> Result<(), LibraryError> {
        if self.index.is_autocommit() {
            self.index.execute_batch("BEGIN IMMEDIATE")?;
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), LibraryError> {
        self.pending += 1;
        if self.pending >= BATCH { self.commit() } else { Ok(()) }
    }

    /// Throws away what no track shares any more, and makes all last.
    pub(super) fn finish(&mut self) -> Result<(), LibraryError> {
        self.begin()?;
        settle(self.index, self.clock.now())?;
        mark_duplicates(self.index)?;
        tidy(self.index)?;
        self.commit()
    }

    /// Makes what was written so far last.
    pub(super) fn commit(&mut self) -> Result<(), LibraryError> {
        self.pending = 0;
        if !self.index.is_autocommit() {
            self.index.execute_batch("COMMIT")?;
        }
        Ok(())
    }
}
