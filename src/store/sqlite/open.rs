//! Connections and their settings.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::STATEMENTS_KEPT;
use super::error::opening;
use crate::store::StoreError;

/// How long another process's lock is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// Pages kept in memory, in KiB: the tables are small and serve must be too.
const CACHE_KIB: i64 = 512;

pub fn writer(path: &Path) -> Result<Connection, StoreError> {
    make_private(path)?;
    let at = |error| opening(path, error);
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(at)?;
    connection.busy_timeout(LOCK_WAIT).map_err(at)?;
    connection.pragma_update(None, "journal_mode", "wal").map_err(at)?;
    set_common(&connection).map_err(at)?;
    Ok(connection)
}

pub fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = existing(path)?;
    connection.pragma_update(None, "query_only", true).map_err(|error| opening(path, error))?;
    Ok(connection)
}

/// Makes no file.
pub fn existing(path: &Path) -> Result<Connection, StoreError> {
    let at = |error| opening(path, error);
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(at)?;
    connection.busy_timeout(LOCK_WAIT).map_err(at)?;
    set_common(&connection).map_err(at)?;
    Ok(connection)
}

fn set_common(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)
}

/// Password hashes are in it: the file is its owner's alone. SQLite gives its side files the same mode.
fn make_private(path: &Path) -> Result<(), StoreError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|error| StoreError::Open { database: path.display().to_string(), source: error.into() })
}
