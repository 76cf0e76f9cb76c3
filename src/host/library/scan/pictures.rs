//! The picture that goes with a track: the one in the file, or else the one beside it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::OptionalExtension;

use super::super::art::{SOURCE_BYTES_MAX, digest, file, keep};
use super::super::{Library, LibraryError};
use super::walker::Folder;
use crate::types::ArtId;

/// Pictures remembered; the index knows the others.
const REMEMBERED: usize = 20_000;

/// Finds pictures and keeps each once, whoever of the readers comes first.
pub(super) struct Pictures<'a> {
    library: &'a Library,
    made: Mutex<HashMap<[u8; 32], Slot>>,
}

/// What came of one source; empty until somebody has tried.
type Slot = Arc<Mutex<Option<Option<ArtId>>>>;

/// A source that is new to the index, and what came of it.
pub(super) type Made = ([u8; 32], Option<ArtId>);

impl<'a> Pictures<'a> {
    pub(super) fn new(library: &'a Library) -> Self {
        Self { library, made: Mutex::default() }
    }

    /// The picture of a track in `folder` that holds `embedded`; what was made for it goes to `made`.
    pub(super) fn of(&self, folder: &Folder, embedded: Option<&[u8]>, made: &mut Vec<Made>) -> Result<Option<ArtId>, LibraryError> {
        if let Some(source) = embedded
            && let Some(art) = self.keep_once(source, made)?
        {
            return Ok(Some(art));
        }
        let Some(cover) = &folder.cover else { return Ok(None) };
        if let Some(art) = folder.art.get() {
            return Ok(art.clone());
        }
        let art = match read_capped(&folder.path.join(cover)) {
            Ok(source) => self.keep_once(&source, made)?,
            Err(_) => None,
        };
        Ok(folder.art.get_or_init(|| art).clone())
    }

    fn keep_once(&self, source: &[u8], made: &mut Vec<Made>) -> Result<Option<ArtId>, LibraryError> {
        if source.len() > SOURCE_BYTES_MAX {
            return Ok(None);
        }
        let source_digest = digest(source);
        let slot = self.slot(source_digest);
        // Whoever else has the same picture waits here for it to be made. A panic beside it has left it empty.
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(art) = &*slot {
            return Ok(art.clone());
        }
        let art = match self.known(&source_digest)? {
            Some(art) => art,
            None => {
                let art = keep(&self.library.art_dir(), source)?;
                made.push((source_digest, art.clone()));
                art
            }
        };
        *slot = Some(art.clone());
        Ok(art)
    }

    fn slot(&self, source: [u8; 32]) -> Slot {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= REMEMBERED {
            made.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        made.entry(source).or_default().clone()
    }

    /// What came of this picture before; `None` when it is new, or its file was deleted.
    fn known(&self, source_digest: &[u8; 32]) -> Result<Option<Option<ArtId>>, LibraryError> {
        let id: Option<Option<String>> = self.library.shared.readers.read(|index| {
            index.prepare_cached("SELECT id FROM art WHERE source = ?")?.query_row([source_digest], |row| row.get(0)).optional()
        })?;
        Ok(match id {
            Some(Some(id)) => {
                let art = ArtId::try_from(id).ok().filter(|art| file(&self.library.art_dir(), art).exists());
                art.map(Some)
            }
            Some(None) => Some(None),
            None => None,
        })
    }
}

/// A plain file's bytes, at most one more than [`SOURCE_BYTES_MAX`]; pipes, devices and links are refused.
fn read_capped(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    file.take(SOURCE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
