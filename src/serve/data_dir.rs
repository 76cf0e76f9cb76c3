//! Serve's folder: the database, two keys, a token for the metrics, and a lock against a second serve.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::key_file::{self, KeyFileError};
use crate::auth::{DeviceKey, TicketSigner, b64};
use crate::store::{Location, Store, StoreError};
use crate::types::Secret;

const DATABASE: &str = "iroam.db";

#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    #[error("the data folder {} cannot be used", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("another iroam serve is using the data folder {}: stop it, or choose another --data", .0.display())]
    InUse(PathBuf),
    #[error("no iroam server data in {}: --data must be the folder that iroam serve uses", .0.display())]
    Absent(PathBuf),
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The folder, open.
pub struct DataDir {
    path: PathBuf,
    pub store: Store,
    /// How hosts know this server at the tunnel's other end.
    pub identity: DeviceKey,
    pub tickets: TicketSigner,
    /// What a collector of metrics shows when it does not run on this machine.
    pub metrics_token: Secret<String>,
}

impl DataDir {
    /// Opens a folder that is in use; makes nothing.
    pub async fn open_existing(path: &Path) -> Result<Self, DataDirError> {
        match path.join(DATABASE).try_exists() {
            Ok(true) => Self::open(path).await,
            Ok(false) => Err(DataDirError::Absent(path.to_owned())),
            Err(source) => Err(DataDirError::Folder { path: path.to_owned(), source }),
        }
    }

    /// Opens the folder, making what is missing only when it was never used: a lost key must not be replaced in silence.
    pub async fn open(path: &Path) -> Result<Self, DataDirError> {
        let database = path.join(DATABASE);
        let folder_error = |source| DataDirError::Folder { path: path.to_owned(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(folder_error)?;
        let is_new = !database.try_exists().map_err(folder_error)?;
        let identity = key_file::device_key(&path.join("identity.key"), is_new)?;
        let tickets = TicketSigner::new(key_file::device_key(&path.join("tickets.key"), is_new)?);
        let metrics_token = Secret::new(b64::encode(&key_file::seed(&path.join("metrics.token"), true)?));
        // The database comes last: its presence says that the keys are there.
        let store = Store::open(&Location::sqlite(&database)).await?;
        Ok(Self { path: path.to_owned(), store, identity, tickets, metrics_token })
    }

    /// Keeps a second serve out for as long as the file returned is held. Admin commands need no such lock.
    pub fn lock(&self) -> Result<File, DataDirError> {
        let folder_error = |source| DataDirError::Folder { path: self.path.clone(), source };
        let file = File::options().create(true).append(true).open(self.path.join("serve.lock")).map_err(folder_error)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(DataDirError::InUse(self.path.clone())),
            Err(TryLockError::Error(source)) => Err(folder_error(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keeps_its_keys_and_refuses_to_replace_a_lost_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = DataDir::open(folder.path()).await.expect("made").identity.public();
        assert_eq!(DataDir::open(folder.path()).await.expect("opened").identity.public(), first);
        fs::remove_file(folder.path().join("tickets.key")).expect("lost");
        let refused = DataDir::open(folder.path()).await.err().expect("refused");
        assert!(matches!(refused, DataDirError::Key(KeyFileError::Missing(_))), "{refused}");
    }

    #[tokio::test]
    async fn makes_nothing_where_something_should_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let mistyped = folder.path().join("mistyped");
        for empty in [folder.path(), &mistyped] {
            assert!(matches!(DataDir::open_existing(empty).await, Err(DataDirError::Absent(_))));
        }
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
        drop(DataDir::open(folder.path()).await.expect("made"));
        DataDir::open_existing(folder.path()).await.expect("opened");
    }

    /// Not even root writes to /proc.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn says_once_that_the_folder_cannot_be_written() {
        let refused = DataDir::open(Path::new("/proc")).await.err().expect("refused");
        let said = format!("{:#}", anyhow::Error::new(refused));
        assert!(said.starts_with("the data folder /proc cannot be written"), "{said}");
        assert_eq!(said.matches("os error").count(), 1, "{said}");
    }

    #[tokio::test]
    async fn lets_one_serve_in_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataDir::open(folder.path()).await.expect("made");
        let held = data.lock().expect("free");
        assert!(matches!(data.lock(), Err(DataDirError::InUse(_))));
        drop(held);
        data.lock().expect("free again");
    }
}
