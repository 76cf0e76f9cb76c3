//! Whether the files that are open are still those that their paths lead to.

use std::fs::metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// The database's file, and then its log, by device and inode. SQLite itself would go on writing into files that were deleted or
/// replaced, and what it acknowledged would be gone at the next start.
pub struct Opened {
    files: Vec<(PathBuf, (u64, u64))>,
}

impl Opened {
    /// Looks at the files as they are now. A link is followed, as SQLite does.
    pub fn now(path: &Path) -> Result<Self, StoreError> {
        let real = path.canonicalize().map_err(|error| StoreError::at_file(path, error))?;
        let mut log = real.clone().into_os_string();
        log.push("-wal");
        let files = [real, log.into()].map(|path| match identity(&path) {
            Ok(identity) => Ok((path, identity)),
            Err(error) => Err(StoreError::at_file(&path, error)),
        });
        Ok(Self { files: files.into_iter().collect::<Result<_, _>>()? })
    }

    /// How long the log's file is, in bytes; 0 when it is not there.
    pub fn log_bytes(&self) -> u64 {
        self.files.last().and_then(|(log, _)| metadata(log).ok()).map_or(0, |file| file.len())
    }

    /// An error when a file is another than before, or none.
    pub fn are_in_place(&self) -> Result<(), StoreError> {
        let moved = self.files.iter().find(|(path, before)| identity(path).ok() != Some(*before));
        moved.map_or(Ok(()), |(path, _)| {
            let path = path.display();
            Err(StoreError::failed(format!(
                "{path} was deleted, moved or replaced while it was open: nothing is saved any more; restart serve"
            )))
        })
    }
}

fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    metadata(path).map(|file| (file.dev(), file.ino()))
}
