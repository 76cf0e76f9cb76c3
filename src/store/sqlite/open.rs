//! Connections and their settings.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::opening;
use super::patience::LOCK_WAIT;
use crate::store::StoreError;

/// Statements kept prepared on each connection: all of the catalogue.
const STATEMENTS_KEPT: usize = 256;

/// Pages kept in memory, in KiB: the tables are small and serve must be too.
const CACHE_KIB: i64 = 512;

/// Pages in the log at which the writer brings them into the database, after a commit. Fewer would do so too often: a page that is
/// written again and again then goes to the disk twice each time.
const LOG_PAGES: i64 = 4000;

/// The log is written over from its beginning, which spares the file system's work for a file that grows; only one that grew past
/// this, because somebody read from the same snapshot for long, is cut.
const LOG_BYTES_KEPT: i64 = 64 << 20;

pub fn writer(path: &Path) -> Result<Connection, StoreError> {
    make_private(path)?;
    let connection = existing(path)?;
    let at = |error| opening(path, error);
    use_log(&connection).map_err(at)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES).map_err(at)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES_KEPT).map_err(at)?;
    Ok(connection)
}

/// One that only reads. It has the log open from now on, which therefore stays when the writer's connection has to be made anew.
pub fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = existing(path)?;
    let at = |error| opening(path, error);
    connection.pragma_update(None, "query_only", true).map_err(at)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(at)?;
    Ok(connection)
}

/// Makes no file.
pub fn existing(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| opening(path, error))?;
    set_common(&connection).map_err(|error| opening(path, error))?;
    Ok(connection)
}

fn set_common(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.busy_timeout(LOCK_WAIT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)
}

/// Turns the write-ahead log on. Where two do so at once, SQLite refuses one without waiting, whatever the lock's wait is.
fn use_log(connection: &Connection) -> rusqlite::Result<()> {
    let begin = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begin.elapsed() < LOCK_WAIT => {
                sleep(Duration::from_millis(10));
            }
            done => return done,
        }
    }
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
