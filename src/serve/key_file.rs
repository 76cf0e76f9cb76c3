//! Keys and secrets on disk: small text files of mode 0600.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::auth::{DeviceKey, b64};
use crate::types::random;

#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("the key file {} is missing though its folder is in use: put it back from a backup; without it paired hosts would not know this server", .0.display())]
    Missing(PathBuf),
    #[error("the key file {} is damaged: put it back from a backup", .0.display())]
    Damaged(PathBuf),
    #[error("the key file {path} can be read by others: run chmod 600 {path}", path = .0.display())]
    TooOpen(PathBuf),
    #[error("the key file {} cannot be used", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("the data folder {} cannot be written: choose another --data, or let this user write there", folder.display())]
    Unwritable { folder: PathBuf, source: io::Error },
}

/// Reads 32 secret bytes, or makes them when there is no file and `may_make`.
pub fn seed(path: &Path, may_make: bool) -> Result<[u8; 32], KeyFileError> {
    let unwritable = |source| KeyFileError::Unwritable { folder: path.parent().unwrap_or(path).to_owned(), source };
    match read(path) {
        Err(KeyFileError::Missing(_)) if may_make => {
            make(path, &random::bytes()).map_err(unwritable)?;
            // Read back rather than returned: another process may have been first.
            read(path)
        }
        read => read,
    }
}

pub fn device_key(path: &Path, may_make: bool) -> Result<DeviceKey, KeyFileError> {
    Ok(DeviceKey::from_seed(&seed(path, may_make)?))
}

fn read(path: &Path) -> Result<[u8; 32], KeyFileError> {
    let from_io = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => KeyFileError::Missing(path.to_owned()),
        io::ErrorKind::InvalidData => KeyFileError::Damaged(path.to_owned()),
        _ => KeyFileError::Io { path: path.to_owned(), source },
    };
    let mode = fs::metadata(path).map_err(from_io)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyFileError::TooOpen(path.to_owned()));
    }
    let text = fs::read_to_string(path).map_err(from_io)?;
    b64::decode(text.trim_end()).ok_or_else(|| KeyFileError::Damaged(path.to_owned()))
}

/// Writes one line in place of what was there before: all of it or nothing.
pub fn replace(path: &Path, line: &str) -> io::Result<()> {
    fs::rename(draft(path, line)?, path)
}

/// Never overwrites, and never leaves half a file under the final name.
fn make(path: &Path, bytes: &[u8; 32]) -> io::Result<()> {
    let draft = draft(path, &b64::encode(bytes))?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

/// The line on disk, under another name beside `path`.
fn draft(path: &Path, line: &str) -> io::Result<PathBuf> {
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    writeln!(file, "{line}")?;
    file.sync_all()?;
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_a_key_once_and_reads_it_ever_after() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("identity.key");
        assert!(matches!(seed(&path, false), Err(KeyFileError::Missing(_))));
        let made = seed(&path, true).expect("made");
        assert_eq!(seed(&path, true).expect("read"), made);
        assert_eq!(seed(&path, false).expect("read"), made);
        assert_eq!(fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }

    #[test]
    fn refuses_a_damaged_key_and_one_that_others_can_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("identity.key");
        seed(&path, true).expect("made");
        fs::write(&path, "not a key").expect("written");
        assert!(matches!(seed(&path, true), Err(KeyFileError::Damaged(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("opened up");
        assert!(matches!(seed(&path, true), Err(KeyFileError::TooOpen(_))));
    }
}
