//! Opening a library beside the host that looks after it: who does not have the data folder's lock mends nothing, and brings nothing up
//! to date. A host would go on writing to a file that was laid aside, and one of an earlier version would not know its tables.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use super::identity::IdKey;
use super::listeners::Listeners;
use super::recover::{self, is_damage};
use super::{Library, LibraryError};

pub(super) const DAMAGED: &str =
    "the library is damaged, and the host that is running with it has to mend it: start that host anew, and then try this again";
pub(super) const EARLIER: &str = "the library is of an earlier version of iroam, and so is the host that is running with it: start that host with this version, and then try this again";
const NONE: &str = "the host has not made its library yet: start it, wait for its first scan, and then try this again";

/// A file, whatever it is called now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId(u64, u64);

impl FileId {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|metadata| Self(metadata.dev(), metadata.ino()))
    }
}

impl Library {
    /// Opens what is in the folder `data` as it is, while a host may run with it. Not for scans.
    ///
    /// # Errors
    /// `Refused` for what is damaged, or of an earlier version: a host has to see to it.
    pub fn open_beside(data: &Path) -> Result<Self, LibraryError> {
        let open = || {
            let index = recover::open_beside(&data.join("library.db"))?;
            let listeners = Listeners::open_beside(data)?;
            // Both have it since their first start.
            let key = IdKey::kept(&index)?.ok_or(LibraryError::Refused(NONE))?;
            Ok(Self::of(data, key, Arc::new(listeners)))
        };
        open().map_err(|error| match error {
            LibraryError::Data(error) if error.kind() == io::ErrorKind::NotFound => LibraryError::Refused(NONE),
            error if is_damage(&error) => LibraryError::Refused(DAMAGED),
            error => error,
        })
    }
}
