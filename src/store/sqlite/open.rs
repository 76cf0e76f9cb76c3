//! Connections and their settings.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::opening;
use super::patience::LOCK_WAIT;
use crate::store::StoreError;

/// Statements kept prepared on each connection: all of the catalogue.
const STATEMENTS_KEPT: usize = 256;

/// Pages kept in memory, in KiB: the tables are small and serve must be too. The file is not mapped into memory besides: there a disk
/// that fails to read is a signal that ends the program, and no error.
const CACHE_KIB: i64 = 512;

/// Pages in the log, 16 MB, at which the writer brings them into the database, after a commit: as many as one table of the log's
/// index has room for, so that readers look into one. With SQLite's own 1000 a page that many change goes to the database more often,
/// and 64 callers come to a tenth less.
const LOG_PAGES: i64 = 4000;

/// Afterwards the log is written over from its beginning, as long as nobody reads from it: syncing a file that grows costs several
/// times as much, so it is left as long as it is. Only one that grew past this is cut, and then the writer waits a moment for those
/// who read from it (`log::restart`).
pub const LOG_BYTES_KEPT: i64 = 64 << 20;

pub fn writer(path: &Path) -> Result<Connection, StoreError> {
    make_private(path)?;
    let connection = existing(path)?;
    let at = |error| opening(path, error);
    use_log(&connection, path)?;
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
    drop(making());
    let connection = Connection::open_with_flags(plain(path), flags).map_err(|error| opening(path, error))?;
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
pub fn use_log(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let begin = Instant::now();
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0)) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begin.elapsed() < LOCK_WAIT => {
                sleep(Duration::from_millis(10));
            }
            Ok(mode) if mode != "wal" => return Err(no_log(path, &mode)),
            done => return done.map(drop).map_err(|error| opening(path, error)),
        }
    }
}

/// Without the log, readers and the writer would lock each other out, and the side file would be another.
fn no_log(path: &Path, mode: &str) -> StoreError {
    let words = format!("it keeps no write-ahead log there, but stays in mode {mode}: put it on a local file system");
    StoreError::Open { database: path.display().to_string(), source: words.into() }
}

/// Held while a file is made and closed again, and taken before SQLite opens one. A program that closes a file loses all its locks on
/// it, those of SQLite's other descriptors too (POSIX), and others then take the database for unused.
static MAKING: Mutex<()> = Mutex::new(());

/// Password hashes are in it: the file is its owner's alone. SQLite gives its side files the same mode. One that is there is left
/// as it is, and not opened.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let _making = making();
    match OpenOptions::new().create_new(true).append(true).mode(0o600).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => make_at_end_of_link(path),
        made => made.map(drop),
    }
    .map_err(|error| StoreError::at_file(path, error))
}

/// A link that leads to nothing yet is no new name, and SQLite would make the file with a wider mode.
fn make_at_end_of_link(path: &Path) -> std::io::Result<()> {
    if path.try_exists()? { Ok(()) } else { OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop) }
}

fn making() -> MutexGuard<'static, ()> {
    MAKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The path as SQLite takes it for one. Some names mean something else to it: `:memory:` is no file, and `file:x?mode=ro` is a URI.
pub fn plain(path: &Path) -> PathBuf {
    Path::new(".").join(path)
}
