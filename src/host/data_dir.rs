//! The host's data folder: its own, and one host's at a time.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::types::random;

/// Why the data folder, or a secret in it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("the data folder {} is used by another iroam host: stop that one, or choose another with --data", .0.display())]
    InUse(PathBuf),
    #[error("cannot use {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{} can be read by others: run `chmod 600 {}`", .0.display(), .0.display())]
    LoosePermissions(PathBuf),
    #[error("{} is damaged: restore it from a backup, or move it away and pair this host anew", .0.display())]
    Damaged(PathBuf),
}

fn at(path: &Path) -> impl Fn(io::Error) -> DataError + '_ {
    move |source| DataError::Io { path: path.to_owned(), source }
}

/// Held as long as this host may use its data folder. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Makes the data folder (mode 0700) when it is not there, and claims it. What this process makes from now on is its user's alone:
/// index, pictures and cache tell what somebody listens to.
pub fn claim(data: &Path) -> Result<DataLock, DataError> {
    // SAFETY: umask sets one number of the process, and cannot fail.
    unsafe { libc::umask(0o077) };
    DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(at(data))?;
    claim_made(data)
}

/// As [`claim`], of a folder that is there, for a program that writes elsewhere as well.
pub fn claim_made(data: &Path) -> Result<DataLock, DataError> {
    let path = data.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(at(&path))?;
    // SAFETY: flock takes any open descriptor, and `file` keeps this one open.
    if unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } == 0 {
        return Ok(DataLock { _file: file });
    }
    let error = io::Error::last_os_error();
    match error.kind() {
        io::ErrorKind::WouldBlock => Err(DataError::InUse(data.to_owned())),
        _ => Err(at(&path)(error)),
    }
}

/// Reads a secret; `None` when there is none. One that others can read is refused: it may be a secret no longer.
pub fn read_secret(path: &Path) -> Result<Option<Vec<u8>>, DataError> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path)(error)),
    };
    if !metadata.is_file() {
        return Err(DataError::Damaged(path.to_owned()));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(DataError::LoosePermissions(path.to_owned()));
    }
    fs::read(path).map(Some).map_err(at(path))
}

/// Writes a secret so that at every moment there is the old file, the new one, or none: never half of one.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), DataError> {
    let unfinished = write_beside(path, bytes)?;
    fs::rename(&unfinished, path).map_err(at(path))?;
    sync_folder(path)
}

/// As [`write_secret`], but a file that is there already is left alone, which is told by `false`.
pub fn write_new_secret(path: &Path, bytes: &[u8]) -> Result<bool, DataError> {
    let unfinished = write_beside(path, bytes)?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished).map_err(at(&unfinished))?;
    match linked {
        Ok(()) => sync_folder(path).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(at(path)(error)),
    }
}

fn write_beside(path: &Path, bytes: &[u8]) -> Result<PathBuf, DataError> {
    let unfinished = path.with_extension(format!("{:016x}.part", u64::from_be_bytes(random::bytes())));
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&unfinished).map_err(at(&unfinished))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(&unfinished))?;
    Ok(unfinished)
}

fn sync_folder(path: &Path) -> Result<(), DataError> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn two_hosts_do_not_share_a_data_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("deep/data");
        let lock = claim(&data).expect("free");
        assert!(matches!(claim(&data), Err(DataError::InUse(_))));
        drop(lock);
        claim(&data).expect("free again");
        assert_eq!(fs::metadata(&data).expect("made").mode() & 0o777, 0o700);
    }

    #[test]
    fn secrets_are_private_and_replaced_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret.json");
        assert_eq!(read_secret(&path).expect("no file is no failure"), None);
        write_secret(&path, b"one").expect("written");
        write_secret(&path, b"two").expect("replaced");
        assert_eq!(read_secret(&path).expect("read").as_deref(), Some(&b"two"[..]));
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o600);
        assert!(!write_new_secret(&path, b"three").expect("left alone"));
        assert_eq!(read_secret(&path).expect("read").as_deref(), Some(&b"two"[..]));
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret.json");
        write_secret(&path, b"one").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("changed");
        assert!(matches!(read_secret(&path), Err(DataError::LoosePermissions(_))));
    }
}
