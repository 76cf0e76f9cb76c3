//! Files that say nothing of use: remembered with their stamps, so that until they change each costs a stat, and not a look into it.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::super::row::{Stamp, integer};

/// Another version of the program may make something of them.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is remembered of a file.
pub(super) struct Remembered {
    stamp: Stamp,
    reason: String,
    version: String,
}

impl Remembered {
    /// Why the file is refused again without a look into it.
    pub(super) fn still(&self, stamp: Stamp) -> Option<&str> {
        (self.stamp == stamp && self.version == VERSION).then_some(self.reason.as_str())
    }
}

/// A folder's, by their names.
pub(super) fn below(index: &Connection, folder: i64) -> rusqlite::Result<HashMap<Vec<u8>, Remembered>> {
    let mut statement = index.prepare_cached("SELECT name, mtime_ms, size, inode, reason, version FROM refused WHERE folder = ?")?;
    let rows = statement.query_map([folder], |row| {
        Ok((row.get("name")?, Remembered { stamp: Stamp::of_row(row)?, reason: row.get("reason")?, version: row.get("version")? }))
    })?;
    rows.collect()
}

pub(super) fn remember(index: &Connection, folder: i64, name: &[u8], stamp: Stamp, reason: &str) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO refused (folder, name, mtime_ms, size, inode, reason, version) VALUES (?, ?, ?, ?, ?, ?, ?)";
    let Stamp { mtime_ms, size, inode } = stamp;
    index.prepare_cached(sql)?.execute(params![folder, name, mtime_ms, integer(size), integer(inode), reason, VERSION]).map(drop)
}
