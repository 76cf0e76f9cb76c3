//! A scan: walks the media folders, reads what is new or changed, and notes what is gone.

mod covers;
pub(in crate::host) mod device;
mod folders;
mod gentle;
mod known;
mod listing;
mod mounts;
mod names;
mod pictures;
mod pipeline;
mod progress;
mod reach;
mod read;
mod refused;
mod renumbered;
mod settle;
mod summary;
mod sweep;
mod walk;
mod walker;
mod writer;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

pub use summary::{FolderSummary, ScanSummary, Skipped};

use super::row::{path_bytes, unsigned};
use super::{Library, LibraryError, recover};
use crate::host::media::Prober;
use crate::protocol::ScanStatus;
use crate::types::Clock;
use pipeline::Scan;
use progress::Progress;
use walker::Target;

/// What the library knows of its scans as long as the host runs.
#[derive(Default)]
pub(super) struct State {
    progress: Progress,
    /// Folders that a scan has found away. What is below them may be back.
    away: Mutex<BTreeSet<PathBuf>>,
    /// Folders of which something is said, absolute.
    apart: Mutex<Vec<PathBuf>>,
}

impl State {
    pub(super) fn away(&self) -> Vec<PathBuf> {
        self.lock_away().iter().cloned().collect()
    }

    /// After a scan; one of all folders tells of all that are away.
    fn note_away(&self, found: &[PathBuf], is_full: bool) {
        let mut away = self.lock_away();
        if is_full {
            away.clear();
        }
        away.extend(found.iter().cloned());
    }

    fn apart(&self) -> Vec<PathBuf> {
        self.apart.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lock_away(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A folder in which something changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Changed {
    /// Absolute.
    pub path: PathBuf,
    /// With all that lies below it.
    pub deep: bool,
}

/// Whether others may change files there without this machine's knowledge. Blocks for as long as a dead share does.
pub fn is_network_share(folder: &Path) -> bool {
    device::of(folder).is_some_and(|device| device.is_remote)
}

/// Says that the library is being scanned until it is dropped, however the scan ends.
struct Scanning<'a>(&'a Progress);

impl<'a> Scanning<'a> {
    fn begin(progress: &'a Progress, expected: u64) -> Self {
        progress.begin(expected);
        Self(progress)
    }
}

impl Drop for Scanning<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Library {
    /// `folders` are seen by their own names alone, as media folders are, whether they are media folders or not: with whom they are shared
    /// is said of those.
    pub fn keep_apart(&self, folders: &[PathBuf]) -> Result<(), LibraryError> {
        let folders = folders::absolute(folders)?;
        *self.shared.scan.apart.lock().unwrap_or_else(PoisonError::into_inner) = folders;
        Ok(())
    }

    /// A folder that was never seen must exist; one that was may be away for a while, and its tracks are kept.
    pub fn check_folders(&self, media: &[PathBuf]) -> Result<(), LibraryError> {
        for folder in folders::absolute(media)? {
            if !folders::is_readable(&folder) && !self.knows_any_below(&folder)? {
                return Err(LibraryError::NoFolder(folder));
            }
        }
        Ok(())
    }

    /// How far the scan has come; `None` while there is none.
    pub fn scan_status(&self) -> Option<ScanStatus> {
        self.shared.scan.progress.status()
    }

    /// Brings the index up to date with `media`; probers like `prober` look at what tags say too little of. What was read before `stop`
    /// was set is kept. One scan at a time.
    pub fn scan(&self, media: &[PathBuf], prober: &mut Prober, clock: &dyn Clock, stop: &AtomicBool) -> Result<ScanSummary, LibraryError> {
        let roots = folders::absolute(media)?;
        let targets = roots.iter().enumerate().map(|(root, path)| Target { root, path: path.clone(), deep: true }).collect();
        let _scanning = Scanning::begin(&self.shared.scan.progress, self.expected(&roots)?);
        let worker = prober.worker();
        self.summed(&Scan { library: self, roots: &roots, targets, is_full: true, restless: &HashSet::new(), worker, clock, stop })
    }

    /// As [`Library::scan`], but only what `changed`, and not the `restless` files, which somebody writes just now.
    pub fn scan_changed(
        &self,
        media: &[PathBuf],
        (changed, restless): (&[Changed], &HashSet<PathBuf>),
        prober: &mut Prober,
        clock: &dyn Clock,
        stop: &AtomicBool,
    ) -> Result<ScanSummary, LibraryError> {
        let roots = folders::absolute(media)?;
        let targets = targets(&roots, changed);
        let _scanning = Scanning::begin(&self.shared.scan.progress, 0);
        self.summed(&Scan { library: self, roots: &roots, targets, is_full: false, restless, worker: prober.worker(), clock, stop })
    }

    fn summed(&self, scan: &Scan<'_>) -> Result<ScanSummary, LibraryError> {
        let began = Instant::now();
        self.renew_if_damaged()?;
        let mut summary = match scan.run() {
            Err(error) if recover::is_damage(&error) => {
                self.renew()?;
                scan.run()?
            }
            other => other?,
        };
        self.shared.scan.note_away(&summary.away, scan.is_full);
        let totals = self.totals()?;
        (summary.tracks, summary.videos, summary.duration_ms) = (totals.tracks, totals.videos, totals.duration_ms);
        summary.settle(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        Ok(summary)
    }

    /// Files that the last scan found in these folders.
    fn expected(&self, roots: &[PathBuf]) -> Result<u64, LibraryError> {
        self.shared.readers.read(|index| {
            let mut statement = index.prepare_cached("SELECT ifnull(sum(files), 0) AS files FROM media_folder WHERE path = ?")?;
            let files = roots.iter().map(|root| statement.query_row([path_bytes(root)], |row| unsigned(row, "files")));
            files.sum()
        })
    }
}

/// What to walk for these changes, each folder once.
fn targets(roots: &[PathBuf], changed: &[Changed]) -> Vec<Target> {
    let mut changed: Vec<_> = changed.to_vec();
    changed.sort();
    let mut targets: Vec<Target> = Vec::new();
    for Changed { path, deep } in changed {
        let inner = roots.iter().enumerate().filter(|(_, root)| path.starts_with(root)).max_by_key(|(_, root)| root.components().count());
        let Some((root, _)) = inner else { continue };
        // A folder that is gone took along what was below it.
        let deep = deep || !path.exists();
        if targets.iter().any(|target| target.root == root && target.deep && path.starts_with(&target.path)) {
            continue;
        }
        targets.retain(|target| target.path != path);
        targets.push(Target { root, path, deep });
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_is_walked_once_and_for_its_innermost_root() {
        let roots: Vec<PathBuf> = vec!["/no/m".into(), "/no/m/inner".into()];
        let changed = |path: &str| Changed { path: path.into(), deep: false };
        let found = targets(
            &roots,
            &[changed("/no/m/a/b"), changed("/no/m/a"), changed("/no/m/inner/c"), changed("/no/where"), changed("/no/m/a-2")],
        );
        // None of them exists, so each stands for all below it.
        let found: Vec<_> = found.iter().map(|target| (target.root, target.path.to_str().expect("plain"), target.deep)).collect();
        assert_eq!(found, [(0, "/no/m/a", true), (0, "/no/m/a-2", true), (1, "/no/m/inner/c", true)]);
    }
}
