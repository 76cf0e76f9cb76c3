//! A job's file, opened once: what was checked is what is read, whatever happens to its name meanwhile.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::host::media::error::MediaError;

/// Which file it is, and in which state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    mtime: i64,
    mtime_nsec: i64,
}

/// An open regular file.
pub struct Opened {
    file: File,
    pub stamp: Stamp,
}

impl Opened {
    /// Opens the file at `path` if it is the one that was scanned. Neither a link nor a pipe in its place is followed or waited for.
    pub fn open(path: &Path, size: u64, mtime_ms: Option<i64>) -> Result<Self, MediaError> {
        let file = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY).open(path);
        let file = file.map_err(|error| refusal(path, &error))?;
        let metadata = file.metadata().map_err(|_| MediaError::Gone)?;
        if !metadata.is_file() {
            return Err(not_regular());
        }
        if metadata.len() != size || mtime_ms.is_some_and(|wanted| wanted != mtime_of(&metadata)) {
            return Err(MediaError::Changed);
        }
        if size == 0 {
            return Err(MediaError::unplayable("This file is empty."));
        }
        Ok(Self { stamp: Stamp::of(&metadata), file })
    }

    /// A path that leads to this very file for as long as it is open.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()))
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        let (device, inode, size) = (metadata.dev(), metadata.ino(), metadata.len());
        Self { device, inode, size, mtime: metadata.mtime(), mtime_nsec: metadata.mtime_nsec() }
    }
}

/// As the scanner counts.
fn mtime_of(metadata: &Metadata) -> i64 {
    metadata.mtime().saturating_mul(1000).saturating_add(metadata.mtime_nsec() / 1_000_000)
}

fn refusal(path: &Path, error: &io::Error) -> MediaError {
    match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::PermissionDenied, _) => MediaError::unplayable("The host may not read this file. Give its user permission to."),
        // A link: to nothing it is as good as gone.
        (_, Some(libc::ELOOP)) if path.exists() => not_regular(),
        // A socket, or a device without a driver.
        (_, Some(libc::ENXIO | libc::ENODEV)) => not_regular(),
        _ => MediaError::Gone,
    }
}

fn not_regular() -> MediaError {
    MediaError::unplayable("This is not a regular file.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_was_scanned_and_nothing_else() {
        let dir = tempfile::tempdir().expect("a temp dir");
        let (path, link) = (dir.path().join("song"), dir.path().join("link"));
        std::fs::write(&path, b"music").expect("written");
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        let mtime = mtime_of(&std::fs::metadata(&path).expect("there"));
        let opened = Opened::open(&path, 5, Some(mtime)).expect("as scanned");
        assert_eq!(Opened::open(&path, 5, Some(mtime + 1)).err(), Some(MediaError::Changed));
        assert_eq!(Opened::open(&path, 4, Some(mtime)).err(), Some(MediaError::Changed));
        assert_eq!(Opened::open(&dir.path().join("none"), 5, Some(mtime)).err(), Some(MediaError::Gone));
        assert!(matches!(Opened::open(&link, 5, None), Err(MediaError::Unplayable(_))));
        assert!(matches!(Opened::open(dir.path(), 5, None), Err(MediaError::Unplayable(_))));
        // Another file takes the name: the path of the open one still leads to what was opened.
        std::fs::remove_file(&path).expect("removed");
        std::fs::write(&path, b"noise").expect("written");
        assert_eq!(std::fs::read(opened.path()).expect("still there"), b"music");
        assert_ne!(Opened::open(&path, 5, None).expect("there").stamp, opened.stamp);
    }
}
