//! The host's library: which media files there are, what their tags say, and the pictures that go with them.
//!
//! Everything here blocks; callers run it off the event loop. A scan writes, and beside it the analysis and who makes posters.

mod analysis;
mod art;
mod away;
mod beside;
mod browse;
mod candidates;
mod catalogue;
mod changes;
mod codecs;
mod copy_before;
mod db;
mod described;
mod facets;
mod fold;
mod identity;
mod info;
mod keep;
mod listeners;
mod lookup;
mod made;
mod poster;
mod recover;
mod row;
mod rules;
mod scan;
mod sight;
mod steps;
mod tags;
mod texts;
mod whose;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use analysis::Unheard;
pub use art::ART_CONTENT_TYPE;
pub use away::AwayFolder;
pub use browse::Page;
pub use candidates::Candidate;
pub use changes::{Changes, Delta, Outside};
pub use codecs::Codecs;
pub use described::{AlbumTag, Described, MoreTags};
pub use facets::FacetList;
pub use fold::fold;
pub use identity::Fingerprint;
pub use listeners::Brought;
pub use lookup::{Found, Totals};
pub use made::Made;
pub use poster::Bare;
pub use scan::{Changed, FolderSummary, ScanSummary, Skipped, is_network_share};
pub use sight::Sight;
pub use tags::lyrics::{Lrc, lyrics, parse_lrc};

use catalogue::Current;
use db::Readers;
use identity::IdKey;
use listeners::Listeners;

use crate::types::{Clock, SystemClock};

/// Why the library did not do what was asked. No text names a path but those of start-up, which only the owner sees.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("the library's index failed: {0}")]
    Index(rusqlite::Error),
    #[error("the library's index is from a newer version of iroam: update iroam, or scan into another data folder")]
    FromTheFuture,
    #[error("what listeners made (listeners.db) is from a newer version of iroam: update iroam")]
    ListenersFromTheFuture,
    #[error("the data folder cannot be written: {0}")]
    Data(std::io::Error),
    #[error("the media folder {} does not exist or cannot be read: check the path, or mount the disk", .0.display())]
    NoFolder(PathBuf),
    /// What was asked for makes no sense; for people.
    #[error("{0}")]
    Refused(&'static str),
    #[error("the scan was stopped")]
    Stopped,
    #[error("the disk with the data folder is full: make room on it, and the scan goes on where it was")]
    Full,
}

impl From<rusqlite::Error> for LibraryError {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) { Self::Full } else { Self::Index(error) }
    }
}

impl From<std::io::Error> for LibraryError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        if matches!(error.kind(), StorageFull | QuotaExceeded) { Self::Full } else { Self::Data(error) }
    }
}

/// Cheap to clone; all clones are one library.
#[derive(Clone)]
pub struct Library {
    shared: Arc<Shared>,
}

struct Shared {
    data: PathBuf,
    readers: Arc<Readers>,
    /// Of which track ids are made.
    key: IdKey,
    /// Of the whole library, whoever asks.
    catalogue: Arc<Current>,
    /// Closed after all readers: only who may write brings the log into the file at its end.
    listeners: Arc<Listeners>,
    changes: Arc<Changes>,
    scan: Arc<scan::State>,
    /// What is seen of it, by its number there; 0: all of it.
    sight: usize,
}

impl Shared {
    /// What `whole` is, for readers who do not see all of it.
    fn narrowed(whole: &Self, sight: Sight) -> Self {
        Self {
            data: whole.data.clone(),
            readers: Arc::new(whole.readers.narrowed(sight.clone())),
            key: whole.key.clone(),
            listeners: whole.listeners.clone(),
            changes: whole.changes.clone(),
            scan: whole.scan.clone(),
            sight: whole.catalogue.add(sight),
            catalogue: whole.catalogue.clone(),
        }
    }
}

impl Library {
    /// Opens or makes the index in the folder `data`.
    pub fn open(data: &Path) -> Result<Self, LibraryError> {
        let opened = recover::open(&data.join("library.db"))?;
        std::fs::create_dir_all(data.join("art"))?;
        let listeners = Arc::new(Listeners::open(data)?);
        let key = IdKey::settle(&opened, data)?;
        Ok(Self::of(data, key, listeners))
    }

    fn of(data: &Path, key: IdKey, listeners: Arc<Listeners>) -> Self {
        let readers = Arc::new(Readers::new(data.join("library.db"), Some(Listeners::path_in(data))));
        let changes = Arc::new(Changes::new(SystemClock.now()));
        let (scan, catalogue) = (Arc::default(), Arc::new(Current::new(&changes, readers.clone())));
        let shared = Shared { data: data.to_owned(), readers, key, listeners, changes, scan, catalogue, sight: 0 };
        Self { shared: Arc::new(shared) }
    }

    pub fn is_scanning(&self) -> bool {
        self.scan_status().is_some()
    }

    /// What players are told of.
    pub fn changes(&self) -> &Changes {
        &self.shared.changes
    }

    fn art_dir(&self) -> PathBuf {
        self.shared.data.join("art")
    }

    fn index(&self) -> PathBuf {
        self.shared.data.join("library.db")
    }
}
