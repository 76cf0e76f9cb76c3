//! What can go wrong with the database.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot open the database {}: {source}", path.display())]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("the database {} was made by a newer iroam (schema {found}, this program knows {known}): upgrade iroam", path.display())]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("{} is not an iroam database: choose another --data folder", path.display())]
    Foreign { path: PathBuf },
    #[error("the database {} is locked by another process: stop that process, or try again", path.display())]
    Locked { path: PathBuf },
    #[error("the database is busy: try again shortly")]
    Busy,
    #[error("the database has been closed")]
    Closed,
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
    #[error("a database thread could not be started: {0}")]
    Thread(#[from] std::io::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if is_lock(&error) { Self::Busy } else { Self::Sqlite(error) }
    }
}

impl StoreError {
    /// An error met while opening `path`, where a lock is worth its own words.
    pub(super) fn at(path: &std::path::Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Self::Foreign { path },
            _ if is_lock(&error) => Self::Locked { path },
            _ => Self::Open { path, source: error },
        }
    }
}

fn is_lock(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
}
