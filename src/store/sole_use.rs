//! Two that would each take a database for their own: servers, and moves.

use std::fs::File;

use super::{Location, StoreError, sqlite};

/// Keeps the other ones out of a database while it lives. Commands that only add an account or look do not ask for it.
///
/// A file's is enforced. On PostgreSQL a server holds nothing: a lock of a session's would be lost with each connection, and a pooler
/// would give it to somebody else. There a move looks at the sessions instead, of which a server at work always has one.
pub struct SoleUse {
    _lock: Option<File>,
}

impl SoleUse {
    /// Of a database that is there, or whose folder is.
    pub async fn of(location: &Location) -> Result<Self, StoreError> {
        let Location::Sqlite(path) = location.clone() else { return Ok(Self { _lock: None }) };
        let lock = tokio::task::spawn_blocking(move || sqlite::lock(&path)).await.map_err(|_| StoreError::Panicked)??;
        Ok(Self { _lock: Some(lock) })
    }
}
