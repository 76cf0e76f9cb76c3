//! A lock beside the database, of the one server or move that may use it. SQLite's own locks end with each transaction, and a
//! second file is needed because closing the first would drop them.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf, absolute};

use crate::store::StoreError;

/// Takes the lock, or says that another has it. It goes with the file, also when the program is killed. Blocks.
pub fn lock(path: &Path) -> Result<File, StoreError> {
    let database = || path.display().to_string();
    let failed = |error| StoreError::Open { database: database(), source: format!("{}: {error}", beside(path).display()).into() };
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(beside(path)).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { database: database() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// The lock's place: the same by whatever name the database is called.
fn beside(path: &Path) -> PathBuf {
    let mut name: OsString = real(path).unwrap_or_else(|_| path.to_owned()).into();
    name.push(".lock");
    name.into()
}

/// Without links on the way, also of a database that is still to be made.
fn real(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize().or_else(|_| {
        let path = absolute(path)?;
        match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => Ok(parent.canonicalize()?.join(name)),
            _ => Ok(path),
        }
    })
}
