//! Serve's folder: two keys, a token for the metrics, a lock against a second serve, and the database unless that is elsewhere.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::data_place::DataPlace;
use super::key_file::{self, KeyFileError};
use crate::auth::{DeviceKey, TicketSigner, b64};
use crate::store::{Store, StoreError};
use crate::types::Secret;

pub const IDENTITY: &str = "identity.key";
pub const TICKETS: &str = "tickets.key";
pub const METRICS_TOKEN: &str = "metrics.token";

#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    #[error("the data folder {} cannot be used", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("another iroam serve is using the data folder {}: stop it, or choose another --data", .0.display())]
    InUse(PathBuf),
    #[error("no iroam server data in {}: --data must be the folder that iroam serve uses", .0.display())]
    Absent(PathBuf),
    #[error("no iroam server has used the database {0} yet: start iroam serve with it first, or correct --database")]
    AbsentDatabase(String),
    #[error("the data folder {} was last used with the database {used}: say --database {used}, or --database {url} if that is meant", folder.display())]
    Unsaid { folder: PathBuf, used: String, url: String },
    #[error("the database {url} is gone: restore it from a backup, or begin anew with another --data folder than {}", folder.display())]
    Gone { folder: PathBuf, url: String },
    #[error(
        "the database {url} is empty, and the data folder {} was used with {used}: say --database {used}, or first run iroam admin move-database --from {used} --to {url}",
        folder.display()
    )]
    Emptied { folder: PathBuf, used: String, url: String },
    #[error("the database {url} belongs to a server whose keys are not in {}: copy identity.key and tickets.key there from that server's data folder, or correct --data", folder.display())]
    Keyless { folder: PathBuf, url: String },
    #[error(
        "the database {url} belongs to a server with other keys than those in {}: correct --data or --database, or copy identity.key and tickets.key from that server's data folder",
        folder.display()
    )]
    OfAnother { folder: PathBuf, url: String },
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
    /// Opens what is in use; makes nothing.
    pub async fn open_existing(place: &DataPlace) -> Result<Self, DataDirError> {
        Self::check_exists(place).await?;
        Self::open(place).await
    }

    /// Whether this is what a server uses, or what is wrong with it. Opens nothing.
    pub async fn check_exists(place: &DataPlace) -> Result<(), DataDirError> {
        let used = check_is_said(place)?;
        if Store::exists(&place.location()).await? {
            return Ok(());
        }
        check_never_used(place, used.as_deref())?;
        match place.database {
            None => Err(DataDirError::Absent(place.folder.clone())),
            Some(_) => Err(DataDirError::AbsentDatabase(place.url())),
        }
    }

    /// Opens the folder and the database, making what is missing only when they were never used: a lost key must not be replaced
    /// in silence, nor a lost database by an empty one, to which every paired host is a stranger and forgets its pairing.
    pub async fn open(place: &DataPlace) -> Result<Self, DataDirError> {
        // Read before the database is looked for: another process that makes both writes the note last.
        let used = check_is_said(place)?;
        let is_new = !Store::exists(&place.location()).await?;
        if is_new {
            check_never_used(place, used.as_deref())?;
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&place.folder);
            made.map_err(|source| folder_error(place, source))?;
        }
        let keys = open_keys(place, is_new)?;
        let metrics_token = Secret::new(b64::encode(&key_file::seed(&place.folder.join(METRICS_TOKEN), true)?));
        // The database comes after the keys: its presence says that they are there.
        let store = Store::open(&place.location()).await?;
        if used.is_some() && store.is_blank().await? {
            // It was emptied, or made anew from the schema alone: the note was written after a claim.
            check_never_used(place, used.as_deref())?;
        }
        if store.claim_for_server(keys.0.public()).await? != keys.0.public() {
            return Err(DataDirError::OfAnother { folder: place.folder.clone(), url: place.url() });
        }
        place.note().map_err(|source| folder_error(place, source))?;
        Ok(Self { path: place.folder.clone(), store, identity: keys.0, tickets: TicketSigner::new(keys.1), metrics_token })
    }

    /// Keeps a second serve out of the folder for as long as the file returned is held. Admin commands need no such lock.
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

fn folder_error(place: &DataPlace, source: io::Error) -> DataDirError {
    DataDirError::Folder { path: place.folder.clone(), source }
}

/// The database that the folder was last used with. Where none is said now, it must be the folder's own: a forgotten --database
/// must not begin another in silence.
fn check_is_said(place: &DataPlace) -> Result<Option<String>, DataDirError> {
    let Some(used) = place.used_with().map_err(|source| folder_error(place, source))? else { return Ok(None) };
    let is_same = place.is(&used).map_err(|source| folder_error(place, source))?;
    if place.database.is_some() || is_same {
        return Ok(Some(used));
    }
    Err(DataDirError::Unsaid { folder: place.folder.clone(), used, url: place.url() })
}

/// A database that is not there yet, or blank, may be begun unless this folder has been used.
fn check_never_used(place: &DataPlace, used: Option<&str>) -> Result<(), DataDirError> {
    let Some(used) = used else { return Ok(()) };
    let (folder, url) = (place.folder.clone(), place.url());
    match place.is(used) {
        Ok(true) => Err(DataDirError::Gone { folder, url }),
        Ok(false) => Err(DataDirError::Emptied { folder, used: used.to_owned(), url }),
        Err(source) => Err(folder_error(place, source)),
    }
}

/// The identity, and the key that signs tickets.
fn open_keys(place: &DataPlace, may_make: bool) -> Result<(DeviceKey, DeviceKey), DataDirError> {
    let [identity, tickets] = [IDENTITY, TICKETS].map(|name| place.folder.join(name));
    let is_absent = |path: &Path| path.try_exists().map(|is_there| !is_there).map_err(|source| folder_error(place, source));
    if !may_make && place.database.is_some() && is_absent(&identity)? && is_absent(&tickets)? {
        return Err(DataDirError::Keyless { folder: place.folder.clone(), url: place.url() });
    }
    Ok((key_file::device_key(&identity, may_make)?, key_file::device_key(&tickets, may_make)?))
}

#[cfg(test)]
mod tests;
