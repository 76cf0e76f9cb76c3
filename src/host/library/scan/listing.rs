//! What one folder holds that matters to a scan.

use std::ffi::OsString;
use std::fs::{self, DirEntry};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::super::row::Stamp;
use super::{covers, walk};

/// Which folder it is, by whatever name: a folder may be mounted at several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) device: u64,
    pub(super) inode: u64,
}

impl Place {
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        fs::metadata(folder).map(|metadata| Self { device: metadata.dev(), inode: metadata.ino() })
    }
}

/// A folder's contents, each list by name.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) place: Place,
    pub(super) files: Vec<(OsString, Stamp)>,
    pub(super) folders: Vec<OsString>,
    pub(super) skipped: Vec<(OsString, String)>,
    /// The best picture beside the files.
    pub(super) cover: Option<OsString>,
    /// Stands for the pictures and lyrics beside the files, and their times.
    pub(super) beside: i64,
    /// Nothing to be seen in it: perhaps a place for a disk that is not there.
    pub(super) is_empty: bool,
}

/// Reads a folder and asks for nothing but the stamps of what matters.
///
/// # Errors
/// When any of it cannot be listed: half a folder would look like one with files gone.
pub(super) fn list(folder: &Path, root: &Path) -> io::Result<Listing> {
    let mut listing = Listing { place: Place::of(folder)?, is_empty: true, ..Listing::default() };
    let mut entries = fs::read_dir(folder)?.filter(|entry| !entry.as_ref().is_ok_and(is_hidden)).collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_cached_key(DirEntry::file_name);
    let mut beside = DefaultHasher::new();
    let mut covers = Vec::new();
    for entry in entries {
        listing.is_empty = false;
        let name = entry.file_name();
        if covers::rank(&name).is_some() || is_lyrics(&name) {
            // A picture that vanishes just now is as good as none.
            if let Ok(metadata) = entry.metadata() {
                (&name, metadata.mtime(), metadata.mtime_nsec(), metadata.len()).hash(&mut beside);
                covers.extend(covers::rank(&name).filter(|_| metadata.is_file()).map(|rank| (rank, name)));
            }
            continue;
        }
        listing.take(&entry, name, root)?;
    }
    listing.cover = covers.into_iter().min().map(|(_, name)| name);
    // SQLite's integers are signed.
    listing.beside = beside.finish().cast_signed();
    Ok(listing)
}

impl Listing {
    fn take(&mut self, entry: &DirEntry, name: OsString, root: &Path) -> io::Result<()> {
        let kind = entry.file_type()?;
        if kind.is_dir() {
            self.folders.push(name);
            return Ok(());
        }
        let path = entry.path();
        if kind.is_symlink() {
            if leads_outside(&path, root) {
                self.skip(name, "it is a link to outside of the media folder");
            }
            return Ok(());
        }
        if walk::is_video(&path).is_none() {
            if walk::is_unsupported(&path) {
                self.skip(name, "this format is not supported yet");
            }
            return Ok(());
        }
        if !kind.is_file() {
            self.skip(name, format!("it is {}, not a file", walk::special(kind)));
            return Ok(());
        }
        match entry.metadata() {
            Ok(metadata) if metadata.len() == 0 => self.skip(name, "the file is empty"),
            Ok(metadata) => self.files.push((name, walk::stamp(&metadata))),
            // Deleted since the folder was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn skip(&mut self, name: OsString, reason: impl Into<String>) {
        self.skipped.push((name, reason.into()));
    }
}

pub(super) fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().first() == Some(&b'.')
}

fn is_lyrics(name: &OsString) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("lrc"))
}

/// Links are never followed. One that stays inside leads to what is listed by itself; another one is worth a word.
fn leads_outside(link: &Path, root: &Path) -> bool {
    !link.canonicalize().is_ok_and(|target| target.starts_with(root))
}

/// Where a media folder really is, however it is reached.
pub(super) fn real(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}
