//! What can go wrong with the database, on either engine.

use std::error::Error;
use std::io;
use std::path::Path;

/// The engine's own words, kept as the source of an error.
type Cause = Box<dyn Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot open the database {database}: {source}")]
    Open { database: String, source: Cause },
    #[error("the database {database} was made by a newer iroam (schema {found}, this program knows {known}): upgrade iroam")]
    Newer { database: String, found: i64, known: i64 },
    #[error("{database} is not an iroam database: choose another")]
    Foreign { database: String },
    #[error("{file} is not an iroam database, or its beginning is damaged: choose another, or restore it from a backup")]
    NotADatabase { file: String },
    #[error("a move into the database {database} is not finished: run iroam admin move-database again")]
    Unfinished { database: String },
    #[error("the database {database} is locked by another process: stop that process, or try again")]
    Locked { database: String },
    #[error("iroam serve, or a move, is using the database {database}: stop it, or choose another")]
    InUse { database: String },
    /// The queue is full, another process holds the lock, or transactions collide again and again. Nothing was changed.
    #[error("the database is busy: try again shortly")]
    Busy,
    /// The server cannot be reached and did not come back within the time that is waited for it. Nothing was changed.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The connection was lost, or the disk failed, while the change was being committed: it may be there or not.
    #[error("the database was lost or failed while a change was saved: look whether it is there before repeating it")]
    OutcomeUnknown,
    #[error("the disk of the database is full: make room on it")]
    Full,
    #[error("the database is damaged ({0}): restore it from a backup")]
    Corrupt(String),
    /// A rule of the schema forbids the change. Nothing was changed.
    #[error("the database refused a change: {0}")]
    Constraint(String),
    #[error("the database holds a value that this program did not write, in {column}: {detail}")]
    Unreadable { column: String, detail: String },
    #[error("a statement of this transaction failed, so that nothing of it was saved")]
    AfterFailure,
    #[error("the program made a mistake while it used the database; nothing was changed")]
    Panicked,
    #[error("the database has been closed")]
    Closed,
    #[error("the database failed: {0}")]
    Failed(Cause),
    #[error("a database thread could not be started: {0}")]
    Thread(io::Error),
}

impl StoreError {
    /// An error in these words.
    pub(super) fn failed(words: impl Into<String>) -> Self {
        Self::Failed(words.into().into())
    }

    /// What an error at a database's file means.
    pub(super) fn at_file(path: &Path, error: io::Error) -> Self {
        Self::Open { database: path.display().to_string(), source: error.into() }
    }

    /// Whether the same may succeed a little later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_) | Self::Locked { .. })
    }
}
