//! A folder that comes into being all at once: it is filled under another name, and gets its own when it is whole.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// How the names begin of what this program puts into such a folder: anything else is somebody's own.
const OURS: [&str; 6] = ["identity.", "tickets.", "metrics.", "database", "iroam.db", "acme"];

/// The folder while it is filled, of mode 0700. It goes when this is dropped; what a killed program leaves is replaced by the next.
pub struct Partial {
    path: PathBuf,
    target: PathBuf,
    is_whole: bool,
    /// Keeps others out of the folder, under whatever name.
    _lock: File,
}

impl Partial {
    /// Begins beside `target`, whose parent must be there.
    pub fn begin(target: &Path) -> Result<Self> {
        let mut path = target.as_os_str().to_owned();
        path.push(".partial");
        let path = PathBuf::from(path);
        let lock = make_or_take(&path).with_context(|| format!("cannot make {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("another backup to {} is going on", target.display()),
            Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
        clear(&path)?;
        Ok(Self { path, target: target.to_owned(), is_whole: false, _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the folder its name, where nothing or an empty folder is. What is in it must be on the disk already.
    pub fn publish(mut self) -> Result<()> {
        let publish = || {
            sync(&self.path)?;
            fs::rename(&self.path, &self.target)?;
            sync(self.target.parent().unwrap_or(Path::new("/")))
        };
        publish().with_context(|| format!("cannot give {} its name", self.target.display()))?;
        self.is_whole = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_whole {
            // What cannot be removed is found by the next backup.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Saves a folder's entries.
pub fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn make_or_take(path: &Path) -> io::Result<File> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => made?,
    }
    File::open(path)
}

/// Removes what a killed program has left.
fn clear(path: &Path) -> Result<()> {
    let in_the_way = || format!("{} is in the way, and no backup of iroam's: remove it, or name another folder", path.display());
    let entries: Vec<_> = fs::read_dir(path).and_then(Iterator::collect).with_context(in_the_way)?;
    let is_ours = |name: &str| OURS.iter().any(|ours| name.starts_with(ours));
    // SAFETY: it takes nothing, and cannot fail.
    let me = unsafe { libc::geteuid() };
    let is_private = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir() && found.uid() == me && found.mode() & 0o077 == 0);
    if !is_private || !entries.iter().all(|entry: &fs::DirEntry| entry.file_name().to_str().is_some_and(is_ours)) {
        bail!(in_the_way());
    }
    for entry in entries {
        let path = entry.path();
        let removed = if entry.file_type()?.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}
