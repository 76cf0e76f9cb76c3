//! A copy of a file that is in use. Not by the file system: what was saved last stands in the log.

use std::fs::{File, OpenOptions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, InterruptHandle, OpenFlags, ToSql};

use super::error::failure;
use super::executor::SqliteExecutor;
use super::open;
use super::peek::peek;
use crate::auth::DevicePublicKey;
use crate::store::StoreError;
use crate::store::move_database;
use crate::store::schema::current;
use crate::store::server_identity;
use crate::store::tables::TABLES;
use crate::store::tx::Tx;

/// What a copy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackedUp {
    pub rows: u64,
    pub bytes: u64,
    /// Whose database it is; `None`: nobody's yet.
    pub server_key: Option<DevicePublicKey>,
}

/// Copies the file as it is at one instant to `to`, where no file may be, of mode 0600, while others read and write it. The copy has
/// the source's schema, also an older one, is checked as a whole, and is on the disk when this returns. When the caller goes away it
/// stops, and leaves what it has copied so far.
pub async fn back_up(from: &Path, to: &Path) -> Result<BackedUp, StoreError> {
    let (source, target) = (from.to_owned(), to.to_owned());
    let connection = blocking(move || open_source(&source)).await?;
    interruptible(connection, move |connection| copy(connection, &target)).await?;
    let target = to.to_owned();
    let (connection, source) = (blocking(move || open_copy(&target)).await?, from.to_owned());
    interruptible(connection, move |connection| check(connection, &source)).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Panicked)?
}

/// Runs what may take long; its statement ends with an error when this future is dropped.
async fn interruptible<T: Send + 'static>(
    connection: Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    struct EndWithMe(InterruptHandle);
    impl Drop for EndWithMe {
        fn drop(&mut self) {
            self.0.interrupt();
        }
    }
    let _end = EndWithMe(connection.get_interrupt_handle());
    blocking(move || work(&connection)).await
}

/// Refuses what no server could start with. An older schema stays: a copy from before an upgrade is a way back.
fn open_source(path: &Path) -> Result<Connection, StoreError> {
    let database = || path.display().to_string();
    let found = peek(path)?;
    match found.schema {
        None => return Err(StoreError::Foreign { database: database() }),
        Some(schema) if schema > current() => {
            return Err(StoreError::Newer { database: database(), found: schema, known: current() });
        }
        Some(_) => {}
    }
    if move_database::marks(&found.tables) {
        return Err(StoreError::Unfinished { database: database() });
    }
    open::existing(path)
}

fn copy(connection: &Connection, to: &Path) -> Result<(), StoreError> {
    let unsaved = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::failed(format!("cannot write {}: {error}", to.display())),
    };
    // SQLite fills an empty file as well, and would make one of a wider mode.
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(unsaved)?;
    let copied = connection.execute("VACUUM INTO $1", [FileName(open::plain(to))]);
    copied.map_err(|error| match failure(connection, error) {
        // Rows that the schema's rules forbid were not saved by this program.
        StoreError::Constraint(detail) => damaged(connection.path().unwrap_or_default(), &detail),
        other => other,
    })?;
    file.sync_all().map_err(unsaved)?;
    File::open(to.parent().unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all()).map_err(unsaved)
}

/// Makes no side files: the copy must be whole without.
fn open_copy(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(open::plain(path), flags).map_err(|error| super::error::opening(path, error))
}

/// Reads the whole copy. Beyond `quick_check`, indexes are held against their tables: those too are copied as they are.
fn check(copy: &Connection, source: &Path) -> Result<BackedUp, StoreError> {
    let at = |error| failure(copy, error);
    let verdict: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(at)?;
    if verdict != "ok" {
        return Err(damaged(&source.display().to_string(), &format!("its copy is not right: {verdict}")));
    }
    let number = |sql: &str| copy.query_row(sql, [], |row| row.get(0)).map(i64::unsigned_abs).map_err(at);
    let mut rows = 0;
    let mut server_key = None;
    for table in TABLES {
        // An older schema has not all of them.
        if copy.table_exists(None, table.name).map_err(at)? {
            rows += number(&format!("SELECT count(*) FROM {}", table.name))?;
            if table.name == server_identity::TABLE {
                server_key = server_identity::read_key(&mut Tx::new(&mut SqliteExecutor(copy)))?;
            }
        }
    }
    let bytes = number("PRAGMA page_count")? * number("PRAGMA page_size")?;
    Ok(BackedUp { rows, bytes, server_key })
}

fn damaged(database: &str, detail: &str) -> StoreError {
    StoreError::Corrupt(format!("{database}: {detail}"))
}

/// A path as SQLite takes it: its bytes, whatever they are.
struct FileName(PathBuf);

impl ToSql for FileName {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0.as_os_str().as_bytes())))
    }
}
