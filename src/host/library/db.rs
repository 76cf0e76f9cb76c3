//! The index's file: one writer at a time (the scan), and a few readers kept open.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::fold::fold;
use super::sight::{Sight, narrow};
use super::{LibraryError, beside, copy_before, recover};

/// Step k brings an index from version k to k + 1.
const STEPS: [Step; 3] = [
    |index| index.execute_batch(include_str!("0001_first.sql")),
    |index| index.execute_batch(include_str!("0002_media.sql")),
    super::steps::bring,
];
/// Of an index that is up to date.
pub(super) const VERSION: usize = STEPS.len();
type Step = fn(&Connection) -> rusqlite::Result<()>;
/// A reader that finds the writer in its way waits at most so long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Of a scan none is prepared twice.
const STATEMENTS: usize = 64;
/// Readers kept for the next request; more are made when needed and thrown away after.
const READERS_KEPT: usize = 4;

/// Opens the index, makes it or brings it up to date.
pub(super) fn open_for_writing(index: &Path) -> Result<Connection, LibraryError> {
    let mut connection = Connection::open(index)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A lost last batch is found again by the next scan.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    migrate(&mut connection, index)?;
    teach(&connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Opens an index that somebody else looks after, of this version only.
pub(super) fn open_beside(index: &Path) -> Result<Connection, LibraryError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(index, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    match version(&connection)? {
        VERSION => teach(&connection).map(|()| connection).map_err(LibraryError::from),
        _ => Err(LibraryError::Refused(beside::EARLIER)),
    }
}

/// `fold(text)` in SQL is [`fold`]; NULL stays NULL.
fn teach(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("fold", 1, flags, |context| Ok(context.get_raw(0).as_str_or_null()?.map(fold)))?;
    super::whose::teach(connection)?;
    super::rules::teach(connection)
}

fn version(connection: &Connection) -> Result<usize, LibraryError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    usize::try_from(version).ok().filter(|version| *version <= STEPS.len()).ok_or(LibraryError::FromTheFuture)
}

/// One that is not new is copied before.
fn migrate(connection: &mut Connection, index: &Path) -> Result<(), LibraryError> {
    let before = version(connection)?;
    if before == STEPS.len() {
        return Ok(());
    }
    if before > 0 {
        copy_before::make(connection, index, before)?;
    }
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let steps = &STEPS[version(&change)?..];
    for step in steps {
        step(&change)?;
    }
    change.pragma_update(None, "user_version", STEPS.len() as i64)?;
    change.commit()?;
    Ok(copy_before::drop_all(index, STEPS.len())?)
}

/// A few read-only connections.
pub(super) struct Readers {
    index: PathBuf,
    /// What they may see; `None`: all of it.
    sight: Option<Sight>,
    /// What listeners made, attached as `heard`.
    heard: Option<PathBuf>,
    /// Each with how often the file had been replaced when it was opened.
    idle: Mutex<Vec<(u64, Connection)>>,
    /// How often the file was replaced.
    replaced: Arc<AtomicU64>,
    damage: Arc<AtomicBool>,
}

impl Readers {
    pub(super) fn new(index: PathBuf, heard: Option<PathBuf>) -> Self {
        Self { index, sight: None, heard, idle: Mutex::new(Vec::new()), replaced: Arc::default(), damage: Arc::default() }
    }

    /// Readers of the same file who do not see all of it.
    pub(super) fn narrowed(&self, sight: Sight) -> Self {
        let (replaced, damage) = (self.replaced.clone(), self.damage.clone());
        Self { sight: Some(sight), replaced, damage, ..Self::new(self.index.clone(), self.heard.clone()) }
    }

    /// The file was replaced: what is open reads the old one.
    pub(super) fn forget(&self) {
        let mut idle = self.idle();
        self.replaced.fetch_add(1, Ordering::Relaxed);
        self.damage.store(false, Ordering::Relaxed);
        idle.clear();
    }

    /// Another number after each replacement. What is opened after asking for it is of that file or a later one.
    pub(super) fn replaced(&self) -> u64 {
        self.replaced.load(Ordering::Relaxed)
    }

    /// Whether somebody met bytes since the last replacement that are no index.
    pub(super) fn met_damage(&self) -> bool {
        self.damage.load(Ordering::Relaxed)
    }

    /// Runs `read` on a connection of its own.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, LibraryError> {
        let replaced = self.replaced();
        let kept = self.idle().pop().filter(|(opened, _)| *opened == replaced);
        let connection = match kept {
            Some((_, connection)) => connection,
            None => self.open()?,
        };
        let result = read(&connection);
        let is_damaged = result.as_ref().is_err_and(recover::is_damaged);
        self.damage.fetch_or(is_damaged, Ordering::Relaxed);
        let mut idle = self.idle();
        if !is_damaged && idle.len() < READERS_KEPT && self.replaced() == replaced {
            idle.push((replaced, connection));
        }
        Ok(result?)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(u64, Connection)>> {
        // A list of idle connections is right whoever panicked beside it.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(&self.index, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        teach(&connection)?;
        if let Some(heard) = &self.heard {
            super::listeners::attach(&connection, heard)?;
        }
        if let Some(sight) = &self.sight {
            narrow(&connection, sight)?;
        }
        Ok(connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_from_the_future_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let index = folder.path().join("library.db");
        drop(open_for_writing(&index).expect("made"));
        let connection = Connection::open(&index).expect("opens");
        connection.pragma_update(None, "user_version", 999).expect("written");
        drop(connection);
        assert!(matches!(open_for_writing(&index), Err(LibraryError::FromTheFuture)));
    }

    #[test]
    fn opening_twice_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let index = folder.path().join("library.db");
        drop(open_for_writing(&index).expect("made"));
        let again = open_for_writing(&index).expect("opens");
        let version: i64 = again.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a version");
        assert_eq!(version, STEPS.len() as i64);
    }
}
