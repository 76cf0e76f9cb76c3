//! The picture that goes with a track: the one in the file, or else the one beside it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use super::super::LibraryError;
use super::super::art::{SOURCE_BYTES_MAX, digest, file, keep};
use crate::types::ArtId;

/// Names of a picture beside the tracks, best first, in lower case.
const NAMES: [&str; 6] = ["cover.jpg", "folder.jpg", "front.jpg", "cover.png", "folder.png", "cover.jpeg"];

/// Finds pictures, keeps each once, and remembers the last folder's.
pub(super) struct Pictures<'a> {
    index: &'a Connection,
    art_dir: PathBuf,
    last_folder: Option<(PathBuf, Option<ArtId>)>,
}

impl<'a> Pictures<'a> {
    pub(super) fn new(index: &'a Connection, art_dir: PathBuf) -> Self {
        Self { index, art_dir, last_folder: None }
    }

    /// The picture of the track at `path` that holds `embedded`.
    pub(super) fn of(&mut self, path: &Path, embedded: Option<&[u8]>) -> Result<Option<ArtId>, LibraryError> {
        if let Some(source) = embedded
            && let Some(art) = self.keep_once(source)?
        {
            return Ok(Some(art));
        }
        let Some(folder) = path.parent() else { return Ok(None) };
        if let Some((last, art)) = &self.last_folder
            && last == folder
        {
            return Ok(art.clone());
        }
        let art = match beside(folder) {
            Some(source) => self.keep_once(&source)?,
            None => None,
        };
        self.last_folder = Some((folder.to_owned(), art.clone()));
        Ok(art)
    }

    fn keep_once(&self, source: &[u8]) -> Result<Option<ArtId>, LibraryError> {
        if source.len() > SOURCE_BYTES_MAX {
            return Ok(None);
        }
        let source_digest = digest(source);
        if let Some(known) = self.known(&source_digest)? {
            return Ok(known);
        }
        let art = keep(&self.art_dir, source)?;
        let id = art.as_ref().map(ArtId::as_str);
        self.index
            .prepare_cached("INSERT INTO art (source, id) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET id = excluded.id")?
            .execute(params![source_digest, id])?;
        Ok(art)
    }

    /// What came of this picture before; `None` when it is new, or its file was deleted.
    fn known(&self, source_digest: &[u8; 32]) -> Result<Option<Option<ArtId>>, LibraryError> {
        let mut statement = self.index.prepare_cached("SELECT id FROM art WHERE source = ?")?;
        let id: Option<Option<String>> = statement.query_row([source_digest], |row| row.get(0)).optional()?;
        Ok(match id {
            Some(Some(id)) => ArtId::try_from(id).ok().filter(|art| file(&self.art_dir, art).exists()).map(Some),
            Some(None) => Some(None),
            None => None,
        })
    }
}

/// The bytes of the best picture in `folder`.
fn beside(folder: &Path) -> Option<Vec<u8>> {
    let names: Vec<_> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.file_name()).collect();
    NAMES.iter().find_map(|wanted| {
        let name = names.iter().find(|name| name.to_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted)))?;
        read_capped(&folder.join(name)).ok()
    })
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
