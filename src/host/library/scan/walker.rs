//! The walk over the folders: what is unchanged costs a stat a file, and a query a folder.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crossbeam_channel::Sender;
use rusqlite::Connection;

use super::super::row::Stamp;
use super::super::{Library, LibraryError};
use super::known::{self, Known, KnownFolder, KnownFolders};
use super::listing::{self, Listing, Place, list};
use super::names::{Names, Other};
use super::progress::Progress;
use super::refused::{self, Remembered};
use super::renumbered::Renumbered;
use crate::types::ArtId;

/// Deeper folders are not looked into: no library needs them, a loop of mounts would.
const DEPTH_MAX: usize = 64;

/// A folder that was listed.
pub(super) struct Folder {
    /// Which of the media folders it lies in.
    pub(super) root: usize,
    pub(super) path: PathBuf,
    pub(super) n: Option<i64>,
    pub(super) device: u64,
    pub(super) beside: i64,
    pub(super) cover: Option<OsString>,
    /// The picture beside the files, once somebody has read it.
    pub(super) art: OnceLock<Option<ArtId>>,
}

/// A file to read.
pub(super) struct Job {
    pub(super) folder: Arc<Folder>,
    pub(super) name: OsString,
    pub(super) stamp: Stamp,
    pub(super) known: Option<Known>,
    /// It was refused when it was another one.
    pub(super) was_refused: bool,
}

impl Job {
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path.join(&self.name)
    }
}

/// What the walk tells the writer.
pub(super) enum Seen {
    Folder {
        folder: Arc<Folder>,
        unchanged: u64,
        /// Tracks that are back as they were.
        back: Vec<i64>,
        /// Tracks whose names are not there any more.
        gone: Vec<(i64, Vec<u8>)>,
        skipped: Vec<(OsString, String)>,
        /// Names of refused files that are not there any more.
        forgotten: Vec<Vec<u8>>,
        /// Whether its covers and lyrics, or where it lies, are not as noted.
        is_news: bool,
    },
    /// What is known below it stays.
    Away {
        root: usize,
        path: PathBuf,
        reason: String,
    },
    Failed(LibraryError),
}

/// One place to walk: a media folder, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) root: usize,
    pub(super) path: PathBuf,
    /// With all that lies below.
    pub(super) deep: bool,
}

pub(super) struct Walker<'a, N> {
    pub(super) library: &'a Library,
    /// All media folders: each is walked by itself, also one within another.
    pub(super) roots: &'a [PathBuf],
    /// What else they are called.
    pub(super) names: &'a Names,
    /// Files that somebody writes just now: they are left as they are known.
    pub(super) restless: &'a HashSet<PathBuf>,
    pub(super) known: &'a KnownFolders,
    pub(super) renumbered: Renumbered<'a>,
    pub(super) progress: &'a Progress,
    pub(super) jobs: Sender<Job>,
    pub(super) notes: Sender<N>,
    pub(super) stop: &'a AtomicBool,
}

/// The scan ends: it was stopped, or the writer has failed.
pub(super) struct Over;

impl<N: From<Seen>> Walker<'_, N> {
    pub(super) fn walk(&self, target: &Target) -> Result<(), Over> {
        let root = &self.roots[target.root];
        let real_root = listing::real(root);
        // A link on the way might lead anywhere.
        let is_plain = |below: &Path| listing::real(&target.path) == real_root.join(below);
        if target.path != *root && target.path.exists() && !target.path.strip_prefix(root).is_ok_and(is_plain) {
            return Ok(());
        }
        let mut above = target.path.ancestors().skip(1).take_while(|folder| folder.starts_with(root) && *folder != root);
        if let Some((folder, other)) = above.find_map(|folder| Some((folder, self.names.other(folder, Place::of(folder).ok()?)?))) {
            return self.other(target.root, folder.to_owned(), other);
        }
        let mut waiting = vec![(target.path.clone(), 0)];
        while let Some((path, depth)) = waiting.pop() {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Over);
            }
            let listing = match list(&path, &real_root) {
                Ok(listing) => listing,
                // What changed is gone, or was a file: its own folder is looked at as well.
                Err(error) if self.is_no_folder(target, &path, &error) => continue,
                Err(error) => {
                    self.away(target.root, path, format!("it cannot be read: {}", error.kind()))?;
                    continue;
                }
            };
            // Mounted here as well: it is a media folder by its own name, with whom that one is shared, and is walked as that.
            if let Some(other) = self.names.other(&path, listing.place).filter(|_| path != *root) {
                self.other(target.root, path, other)?;
                continue;
            }
            let is_away = listing.is_empty
                && match self.was_on_another_disk(root, &path, listing.place.device) {
                    Ok(is_away) => is_away,
                    Err(error) => return self.tell(Seen::Failed(error)),
                };
            if is_away {
                let reason = "the folder is empty, as if its disk were not mounted; its tracks are kept until it is back";
                self.away(target.root, path, reason.to_owned())?;
                continue;
            }
            if target.deep && depth < DEPTH_MAX {
                let below = listing.folders.iter().rev().map(|name| path.join(name));
                waiting.extend(below.filter(|below| !self.roots.contains(below)).map(|below| (below, depth + 1)));
            }
            self.folder(target.root, path, listing)?;
        }
        Ok(())
    }

    fn is_no_folder(&self, target: &Target, path: &Path, error: &io::Error) -> bool {
        let is_part = target.path == path && self.roots[target.root] != path;
        is_part && matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
    }

    /// Or it is not known: a scan broke off.
    fn was_on_another_disk(&self, root: &Path, folder: &Path, device: u64) -> Result<bool, LibraryError> {
        for known in self.known.below(folder).filter(|known| known.device != Some(device)) {
            let is_same = known.device.map(|noted| self.renumbered.is(root, noted, device)).transpose()?;
            if is_same != Some(true) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is known by the name of one that is away is kept: it may be a disk like it.
    fn other(&self, root: usize, path: PathBuf, other: Other) -> Result<(), Over> {
        match other {
            Other::Present => Ok(()),
            Other::Away => self.away(root, path, "it is another name of a folder that is away, and nothing new in it is shown".to_owned()),
        }
    }

    fn away(&self, root: usize, path: PathBuf, reason: String) -> Result<(), Over> {
        self.tell(Seen::Away { root, path, reason })
    }

    /// Parts what is new and changed in a folder from what is as it was.
    fn folder(&self, root: usize, path: PathBuf, listing: Listing) -> Result<(), Over> {
        let Listing { place: Place { device, .. }, files, mut skipped, cover, beside, .. } = listing;
        let known = self.known.get(&path);
        let n = known.map(|known| known.n);
        let noted = known.map(|known| self.library.shared.readers.read(|index| noted(index, known))).transpose();
        let (mut tracks, mut refused) = match noted {
            Ok(noted) => noted.unwrap_or_default(),
            Err(error) => return self.tell(Seen::Failed(error)),
        };
        let is_same_beside = known.is_none_or(|known| known.beside.is_none_or(|noted| noted == beside));
        let is_news = known.is_none_or(|known| known.beside != Some(beside) || known.device != Some(device));
        let folder = Arc::new(Folder { root, path, n, device, beside, cover, art: OnceLock::new() });
        let (mut unchanged, mut back) = (0, Vec::new());
        self.progress.found((files.len() + skipped.len()) as u64);
        let mut jobs = Vec::new();
        for (name, stamp) in files {
            let known = tracks.remove(name.as_encoded_bytes());
            let refused = refused.remove(name.as_encoded_bytes());
            let is_expected = known.as_ref().is_some_and(Known::is_expected);
            let still_refused = refused.as_ref().and_then(|refused| refused.still(stamp)).filter(|_| !is_expected);
            match known {
                _ if !self.restless.is_empty() && self.restless.contains(&folder.path.join(&name)) => {}
                Some(known) if known.stamp == stamp && is_same_beside => {
                    unchanged += 1;
                    back.extend((!known.present).then_some(known.n));
                }
                known => match still_refused {
                    Some(reason) => skipped.push((name, reason.to_owned())),
                    None => jobs.push(Job { folder: folder.clone(), name, stamp, known, was_refused: refused.is_some() }),
                },
            }
        }
        let gone = tracks.into_iter().filter(|(_, known)| known.is_expected()).map(|(name, known)| (known.n, name)).collect();
        let forgotten = refused.into_keys().collect();
        self.tell(Seen::Folder { folder, unchanged, back, gone, skipped, forgotten, is_news })?;
        jobs.into_iter().try_for_each(|job| self.jobs.send(job).map_err(|_| Over))
    }

    fn tell(&self, seen: Seen) -> Result<(), Over> {
        self.notes.send(seen.into()).map_err(|_| Over)
    }
}

type Noted = (HashMap<Vec<u8>, Known>, HashMap<Vec<u8>, Remembered>);

/// A folder's tracks, and the files in it that were refused.
fn noted(index: &Connection, folder: KnownFolder) -> rusqlite::Result<Noted> {
    let refused = if folder.has_refused { refused::below(index, folder.n)? } else { HashMap::new() };
    Ok((known::tracks(index, folder.n)?, refused))
}
