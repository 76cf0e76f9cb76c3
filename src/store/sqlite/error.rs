//! SQLite's result codes in the store's words (<https://www.sqlite.org/rescode.html>).

use std::path::Path;

use rusqlite::{Connection, ErrorCode};

use crate::store::StoreError;

/// What an error on an open connection means.
pub fn failure(connection: &Connection, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Corrupt(format!("{}: {error}", connection.path().unwrap_or_default()))
        }
        Some(ErrorCode::ConstraintViolation) => StoreError::Constraint(error.to_string()),
        _ => StoreError::Failed(error.into()),
    }
}

/// What an error while `path` is opened means.
pub fn opening(path: &Path, error: rusqlite::Error) -> StoreError {
    let database = path.display().to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotADatabase { file: database },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Corrupt(format!("{database}: {error}")),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { database },
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::ReadOnly) => {
            StoreError::Open { database, source: "this account may only read it: change the owner or the mode of file and folder".into() }
        }
        _ => StoreError::Open { database, source: error.into() },
    }
}

/// The same error once more, for each of those whom it concerns.
pub fn same(error: &StoreError) -> StoreError {
    match error {
        StoreError::Busy => StoreError::Busy,
        StoreError::Full => StoreError::Full,
        StoreError::Corrupt(detail) => StoreError::Corrupt(detail.clone()),
        StoreError::Failed(cause) => StoreError::failed(cause.to_string()),
        other => StoreError::failed(other.to_string()),
    }
}
