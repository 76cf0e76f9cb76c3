//! Which track a new or changed file is.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::super::row::{Stamp, file_path, path_bytes, track_id};
use super::{Fingerprint, IdKey};
use crate::types::{TrackId, UnixMs, random};

/// Tracks of the same sound whose files are looked for, for one file; those of its inode or name come first.
const LOOKS_MAX: usize = 64;

/// Gives ids within a scan, in the transaction that writes the track next.
pub(in super::super) struct Identities<'a> {
    index: &'a Connection,
    key: IdKey,
    away: Vec<PathBuf>,
}

/// A track of the index.
struct Held {
    n: i64,
    id: TrackId,
    fingerprint: Option<Fingerprint>,
    is_purged: bool,
    path: PathBuf,
    stamp: Stamp,
}

/// What became of a track's file.
enum Whereabouts {
    There,
    Gone,
    /// Another file has its path.
    Replaced,
}

impl<'a> Identities<'a> {
    pub(in super::super) fn new(index: &'a Connection, key: IdKey) -> Self {
        Self { index, key, away: Vec::new() }
    }

    /// What lies below `folder` cannot be seen now: it is not gone, and nobody looks for it.
    pub(in super::super) fn leave_alone(&mut self, folder: &Path) {
        self.away.push(folder.to_owned());
    }

    /// The id of the file at `path`, to be written under it at once. The rules, first one first:
    /// 1. sound of a track whose file is no longer where it was has moved here, and its track with it, whatever the tags say now;
    /// 2. a path that is known keeps its id, whatever its content;
    /// 3. sound that was here in former times has its id from then;
    /// 4. all else is new, another copy of what is there as well.
    pub(in super::super) fn id_for(
        &self,
        path: &Path,
        stamp: Stamp,
        fingerprint: Option<Fingerprint>,
        now: UnixMs,
    ) -> rusqlite::Result<TrackId> {
        let mut known = self.at(path)?;
        let Some(fingerprint) = fingerprint else {
            return Ok(known.map_or_else(|| TrackId::new(now, random::bytes()), |known| known.id));
        };
        if let Some(known) = known.take_if(|known| known.fingerprint == Some(fingerprint)) {
            return Ok(known.id);
        }
        if let Some((moved, whereabouts)) = self.moved(path, stamp, fingerprint)? {
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
        let sql = "SELECT track.*, folder.path AS folder_path FROM track JOIN folder ON folder.n = track.folder
                   WHERE folder.path = ? AND name = ?";
        let folder = path.parent().map(path_bytes).unwrap_or_default();
        let name = path.file_name().map(|name| name.as_encoded_bytes()).unwrap_or_default();
        self.index.prepare_cached(sql)?.query_row([folder, name], held).optional()
    }

    /// A track with this sound whose file is no longer where it was: the likeliest, if there are several.
    fn moved(&self, path: &Path, stamp: Stamp, fingerprint: Fingerprint) -> rusqlite::Result<Option<(Held, Whereabouts)>> {
        let sql = "SELECT track.*, folder.path AS folder_path FROM track JOIN folder ON folder.n = track.folder
                   WHERE fingerprint = :fingerprint AND state <> 'offline'
                   ORDER BY inode = :inode DESC, name = :name DESC, state = 'purged', track.n LIMIT :most";
        let mut statement = self.index.prepare_cached(sql)?;
        let name = path.file_name().map(|name| name.as_encoded_bytes()).unwrap_or_default();
        let inode = i64::try_from(stamp.inode).unwrap_or(i64::MAX);
        let mut rows = statement.query(named_params! {
            ":fingerprint": fingerprint.0, ":inode": inode, ":name": name, ":most": LOOKS_MAX as i64,
        })?;
        while let Some(row) = rows.next()? {
            let held = held(row)?;
            match self.whereabouts(&held, fingerprint) {
                Whereabouts::There => {}
                whereabouts => return Ok(Some((held, whereabouts))),
            }
        }
        Ok(None)
    }

    fn whereabouts(&self, held: &Held, fingerprint: Fingerprint) -> Whereabouts {
        if self.away.iter().any(|folder| held.path.starts_with(folder)) {
            return Whereabouts::There;
        }
        match std::fs::symlink_metadata(&held.path) {
            Ok(metadata) if metadata.is_file() && Stamp::of_file(&metadata) == held.stamp => Whereabouts::There,
            Ok(metadata) if metadata.is_file() => match Fingerprint::of_path(&held.path) {
                Ok(found) if found != fingerprint => Whereabouts::Replaced,
                // It was tagged anew, or cannot be read.
                _ => Whereabouts::There,
            },
            Ok(_) => Whereabouts::Gone,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Whereabouts::Gone,
            Err(_) => Whereabouts::There,
        }
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
    })
}
