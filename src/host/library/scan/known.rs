//! What the index knew before a scan: its folders, all at once, and a folder's tracks when the walk comes to it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use rusqlite::Connection;

use super::super::row::{Stamp, path_bytes, path_of};

/// What the index holds of a path.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) n: i64,
    pub(super) stamp: Stamp,
    pub(super) present: bool,
    /// On a disk that was away.
    pub(super) away: bool,
}

impl Known {
    /// It would be news that its file is not there.
    pub(super) fn is_expected(&self) -> bool {
        self.present || self.away
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct KnownFolder {
    pub(super) n: i64,
    pub(super) device: Option<u64>,
    pub(super) beside: Option<i64>,
    /// Files in it were refused.
    pub(super) has_refused: bool,
}

/// By path.
pub(super) struct KnownFolders(BTreeMap<Vec<u8>, KnownFolder>);

impl KnownFolders {
    pub(super) fn read(index: &Connection) -> rusqlite::Result<Self> {
        let mut statement =
            index.prepare("SELECT path, n, device, beside, EXISTS (SELECT 1 FROM refused WHERE folder = n) AS has_refused FROM folder")?;
        let rows = statement.query_map([], |row| {
            let device = row.get::<_, Option<i64>>("device")?.map(i64::cast_unsigned);
            let (n, beside, has_refused) = (row.get("n")?, row.get("beside")?, row.get("has_refused")?);
            Ok((row.get("path")?, KnownFolder { n, device, beside, has_refused }))
        })?;
        Ok(Self(rows.collect::<rusqlite::Result<_>>()?))
    }

    pub(super) fn get(&self, folder: &Path) -> Option<KnownFolder> {
        self.0.get(path_bytes(folder)).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Path, KnownFolder)> {
        self.0.iter().map(|(path, folder)| (path_of(path), *folder))
    }

    /// `folder` itself, if it is known, and what lies below it.
    pub(super) fn below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = KnownFolder> + 'a {
        // Names like "folder-2" sort between a folder and what is in it.
        let after = self.0.range(path_bytes(folder).to_vec()..);
        let near = after.take_while(move |(path, _)| path.starts_with(path_bytes(folder)));
        near.filter(move |(path, _)| path_of(path).starts_with(folder)).map(|(_, known)| *known)
    }
}

/// A folder's tracks by their names.
pub(super) fn tracks(index: &Connection, folder: i64) -> rusqlite::Result<HashMap<Vec<u8>, Known>> {
    let mut statement = index.prepare_cached("SELECT name, n, mtime_ms, size, inode, state FROM track WHERE folder = ?")?;
    let rows = statement.query_map([folder], |row| {
        let stamp = Stamp::of_row(row)?;
        let state = row.get_ref("state")?.as_str()?;
        let (present, away) = (state == "present", state == "offline");
        Ok((row.get("name")?, Known { n: row.get("n")?, stamp, present, away }))
    })?;
    rows.collect()
}
