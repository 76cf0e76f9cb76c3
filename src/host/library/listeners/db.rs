//! The file: how it is opened, brought up to date and attached.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::super::{LibraryError, beside};
use super::{copies, recover};

/// Step k brings a file from version k to k + 1.
const STEPS: [&str; 1] = [include_str!("0001_first.sql")];
/// Another process that writes is waited for so long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the file, makes it or brings it up to date, after all of it was read.
pub(super) fn open_checked(path: &Path) -> Result<Connection, LibraryError> {
    recover::finish(path)?;
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // What was acknowledged survives a power cut: nothing brings it back.
    connection.pragma_update(None, "synchronous", "FULL")?;
    check(&connection)?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

/// As [`open_checked`], of a file that somebody else looks after, of this version only: nothing is made or brought up to date.
pub(super) fn open_beside(path: &Path) -> Result<Connection, LibraryError> {
    if recover::is_waiting(path) {
        return Err(LibraryError::Refused(beside::DAMAGED));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    check(&connection)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match usize::try_from(version) {
        Ok(version) if version < STEPS.len() => Err(LibraryError::Refused(beside::EARLIER)),
        Ok(version) if version == STEPS.len() => Ok(connection),
        _ => Err(LibraryError::ListenersFromTheFuture),
    }
}

/// An error of SQLite's for damage, if there is any.
fn check(connection: &Connection) -> rusqlite::Result<()> {
    let told: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if told == "ok" {
        return Ok(());
    }
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(told)))
}

/// Makes or brings up to date. A file that holds something is copied before.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), LibraryError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(version).map_err(|_| LibraryError::ListenersFromTheFuture)?;
    let steps = STEPS.get(done..).ok_or(LibraryError::ListenersFromTheFuture)?;
    if steps.is_empty() {
        return Ok(());
    }
    if done > 0 {
        copies::before_step(connection, path, done)?;
    }
    let change = connection.transaction()?;
    for step in steps {
        change.execute_batch(step)?;
    }
    change.pragma_update(None, "user_version", STEPS.len() as i64)?;
    Ok(change.commit()?)
}

/// Reads a file as it is, and changes nothing in it.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Makes the file part of a reader of the index, as `heard`. The connection must take URIs.
pub(in super::super) fn attach(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    connection.execute("ATTACH DATABASE ? AS heard", [uri(path)]).map(drop)
}

/// SQL takes names as text, and a path is bytes.
pub(super) fn uri(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
