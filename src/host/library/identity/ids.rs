//! Which track a new or changed file is.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::super::row::{Stamp, file_path, path_bytes, track_id};
use super::whereabouts::{Looks, Reach, Whereabouts};
use super::{Fingerprint, IdKey};
use crate::types::{TrackId, UnixMs, random};

/// Gives ids within a scan.
pub(in super::super) struct Identities<'a> {
    index: &'a Connection,
    key: IdKey,
    looks: Looks<'a>,
}

/// A track of the index.
pub(super) struct Held {
    pub(super) n: i64,
    id: TrackId,
    fingerprint: Option<Fingerprint>,
    is_purged: bool,
    pub(super) path: PathBuf,
    pub(super) stamp: Stamp,
    /// Where its folder lay, `st_dev`.
    pub(super) device: Option<u64>,
}

/// A file whose id is asked for, and what the index has to do with it.
pub(in super::super) struct Asked<'a> {
    path: &'a Path,
    stamp: Stamp,
    /// Where it lies, `st_dev`.
    device: u64,
    fingerprint: Option<Fingerprint>,
    /// The track of its path.
    known: Option<Held>,
    /// Others of its sound that may have been it: the likeliest first.
    others: Vec<Held>,
}

/// As [`Asked`], after a look at the files of the others.
pub(in super::super) struct Found<'a> {
    path: &'a Path,
    fingerprint: Option<Fingerprint>,
    known: Option<Held>,
    moved: Option<(Held, Whereabouts)>,
}

/// An id is found in three steps, because nobody may be kept from writing by a disk that is slow or dead: [`Identities::ask`] asks the
/// index, [`Identities::look`] looks at other files, and [`Identities::settle`] writes.
impl<'a> Identities<'a> {
    /// `reach` says how a file in that folder, noted on that device, may be looked at.
    pub(in super::super) fn new(index: &'a Connection, key: IdKey, reach: &'a dyn Fn(&Path, Option<u64>) -> Reach) -> Self {
        Self { index, key, looks: Looks::new(index, reach) }
    }

    /// What lies below `folder` cannot be seen now: it is not gone, and nobody looks for it.
    pub(in super::super) fn leave_alone(&mut self, folder: &Path) {
        self.looks.leave_alone(folder);
    }

    pub(in super::super) fn ask<'f>(
        &self,
        path: &'f Path,
        stamp: Stamp,
        device: u64,
        fingerprint: Option<Fingerprint>,
    ) -> rusqlite::Result<Asked<'f>> {
        let known = self.at(path)?;
        let others = match fingerprint {
            Some(fingerprint) if known.as_ref().is_none_or(|known| known.fingerprint != Some(fingerprint)) => {
                self.others(path, stamp, fingerprint)?
            }
            _ => Vec::new(),
        };
        Ok(Asked { path, stamp, device, fingerprint, known, others })
    }

    /// Whether [`Self::look`] may take long: not to be done within a transaction.
    pub(in super::super) fn is_far(&self, asked: &Asked<'_>) -> bool {
        asked.others.iter().any(|held| self.looks.reach(held) == Reach::Far)
    }

    /// Finds a track with this sound whose file is no longer where it was.
    pub(in super::super) fn look<'f>(&self, asked: Asked<'f>) -> rusqlite::Result<Found<'f>> {
        let Asked { path, stamp, device, fingerprint, known, others } = asked;
        let mut moved = None;
        for held in others {
            match self.looks.whereabouts(&held, fingerprint, stamp, device)? {
                Whereabouts::There => {}
                whereabouts => {
                    moved = Some((held, whereabouts));
                    break;
                }
            }
        }
        Ok(Found { path, fingerprint, known, moved })
    }

    /// The id of the file, to be written under it at once, in the same transaction. The rules, first one first:
    /// 1. sound of a track whose file is no longer where it was has moved here, and its track with it, whatever the tags say now;
    /// 2. a path that is known keeps its id, whatever its content;
    /// 3. sound that was here in former times has its id from then;
    /// 4. all else is new, another copy of what is there as well.
    pub(in super::super) fn settle(&self, found: Found<'_>, now: UnixMs) -> rusqlite::Result<TrackId> {
        let Found { path, fingerprint, mut known, moved } = found;
        let Some(fingerprint) = fingerprint else {
            return Ok(known.map_or_else(|| TrackId::new(now, random::bytes()), |known| known.id));
        };
        if let Some(known) = known.take_if(|known| known.fingerprint == Some(fingerprint)) {
            return Ok(known.id);
        }
        if let Some((moved, whereabouts)) = moved {
            if let Some(known) = known {
                self.change_places(&known, &moved, &whereabouts, now)?;
            }
            return Ok(moved.id);
        }
        match known {
            Some(known) if known.is_purged => super::purge::forget(self.index, known.n)?,
            Some(known) => return Ok(known.id),
            None => {}
        }
        match self.former(path, fingerprint)? {
            Some(id) => Ok(id),
            None => self.unused(fingerprint),
        }
    }

    fn at(&self, path: &Path) -> rusqlite::Result<Option<Held>> {
        let sql = "SELECT track.*, folder.path AS folder_path, folder.device AS device FROM track JOIN folder ON folder.n = track.folder
                   WHERE folder.path = ? AND name = ?";
        let folder = path.parent().map(path_bytes).unwrap_or_default();
        let name = path.file_name().map(|name| name.as_encoded_bytes()).unwrap_or_default();
        self.index.prepare_cached(sql)?.query_row([folder, name], held).optional()
    }

    /// Tracks of the same sound, those of its inode or name first; of many, 64.
    fn others(&self, path: &Path, stamp: Stamp, fingerprint: Fingerprint) -> rusqlite::Result<Vec<Held>> {
        // The limit is no bound value: SQLite compiles a statement anew for each of these.
        let sql = "SELECT track.*, folder.path AS folder_path, folder.device AS device FROM track JOIN folder ON folder.n = track.folder
                   WHERE fingerprint = :fingerprint AND state <> 'offline'
                   ORDER BY inode = :inode DESC, name = :name DESC, state = 'purged', track.n LIMIT 64";
        let mut statement = self.index.prepare_cached(sql)?;
        let name = path.file_name().map(|name| name.as_encoded_bytes()).unwrap_or_default();
        let inode = i64::try_from(stamp.inode).unwrap_or(i64::MAX);
        let values = named_params! { ":fingerprint": fingerprint.0, ":inode": inode, ":name": name };
        statement.query_map(values, held)?.collect()
    }

    /// `known` gives its path to `moved`, which is written there next, and has that one's: if names were exchanged its file is there.
    fn change_places(&self, known: &Held, moved: &Held, whereabouts: &Whereabouts, now: UnixMs) -> rusqlite::Result<()> {
        // No file's name has a NUL.
        self.index.execute("UPDATE track SET name = ? WHERE n = ?", params![[&[0], &moved.id.0.as_bytes()[..]].concat(), moved.n])?;
        let name = moved.path.file_name().map(|name| name.as_encoded_bytes()).unwrap_or_default();
        let sql = "UPDATE track SET folder = (SELECT folder FROM track WHERE n = ?), name = ? WHERE n = ?";
        self.index.execute(sql, params![moved.n, name, known.n])?;
        if matches!(whereabouts, Whereabouts::Gone) {
            let sql = "UPDATE track SET state = 'missing', state_at_ms = ? WHERE n = ? AND state = 'present'";
            self.index.execute(sql, params![now.0, known.n])?;
        }
        Ok(())
    }

    /// The id of a track that left the index.
    fn former(&self, path: &Path, fingerprint: Fingerprint) -> rusqlite::Result<Option<TrackId>> {
        let sql = "SELECT id FROM former WHERE (fingerprint = :fingerprint OR path = :path)
                   AND NOT EXISTS (SELECT 1 FROM track WHERE track.id = former.id)
                   ORDER BY fingerprint IS :fingerprint DESC, path IS :path DESC, id LIMIT 1";
        let mut statement = self.index.prepare_cached(sql)?;
        statement.query_row(named_params! { ":fingerprint": fingerprint.0, ":path": path_bytes(path) }, track_id).optional()
    }

    /// The first id for this sound that no track has or had.
    fn unused(&self, fingerprint: Fingerprint) -> rusqlite::Result<TrackId> {
        let is_used = "SELECT EXISTS (SELECT 1 FROM track WHERE id = ?1) OR EXISTS (SELECT 1 FROM former WHERE id = ?1)";
        let mut is_used = self.index.prepare_cached(is_used)?;
        let mut copy = 0;
        loop {
            let id = self.key.id(fingerprint, copy);
            if !is_used.query_row([id.0.as_bytes()], |row| row.get::<_, bool>(0))? {
                return Ok(id);
            }
            // Of a thousand copies most are numbered without gaps.
            let count = "SELECT count(*) FROM track WHERE fingerprint = ?";
            copy = if copy == 0 {
                self.index.prepare_cached(count)?.query_row([fingerprint.0], |row| row.get::<_, u32>(0))?.max(1)
            } else {
                copy + 1
            };
        }
    }
}

fn held(row: &Row<'_>) -> rusqlite::Result<Held> {
    Ok(Held {
        n: row.get("n")?,
        id: track_id(row)?,
        fingerprint: row.get::<_, Option<[u8; 16]>>("fingerprint")?.map(Fingerprint),
        is_purged: row.get_ref("state")?.as_str()? == "purged",
        path: file_path(row)?,
        stamp: Stamp::of_row(row)?,
        device: row.get::<_, Option<i64>>("device")?.map(i64::cast_unsigned),
    })
}
