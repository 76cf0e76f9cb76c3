//! The end of a scan: what was not found is missing, or merely away.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use rusqlite::params;

use super::super::LibraryError;
use super::super::identity::{forget_purged, mark_duplicates};
use super::super::keep::tidy;
use super::super::row::{integer, path_bytes, path_of};
use super::super::whose;
use super::known::{KnownFolder, KnownFolders};
use super::walker::{Folder, Target};
use super::writer::{Gone, Writer};
use super::{device, folders};

/// Tracks that are looked at in no time.
const SMALL: i64 = 50_000;

/// What a scan was to look at.
pub(super) struct Scope<'a> {
    pub(super) roots: &'a [PathBuf],
    /// Where each of them lay when it began; `None` for one that was away.
    pub(super) devices: &'a [Option<u64>],
    pub(super) targets: &'a [Target],
    /// All of the media folders.
    pub(super) is_full: bool,
    pub(super) known: &'a KnownFolders,
}

impl Writer<'_> {
    /// After all files: marks what is gone, notes where folders lie, and makes all last.
    pub(super) fn settle(&mut self, scope: &Scope<'_>) -> Result<(), LibraryError> {
        self.look_again(scope);
        self.mark_gone()?;
        self.mark_unvisited(scope)?;
        self.mark_away()?;
        self.summary.away.clone_from(&self.away);
        self.settle_ids(scope.is_full)?;
        self.note_folders()?;
        self.begin()?;
        whose::settle(self.index)?;
        if scope.is_full {
            self.note_roots(scope)?;
            if self.summary.updated > 0 || self.summary.missing > 0 {
                self.begin()?;
                tidy(self.index)?;
            }
        }
        self.commit()
    }

    /// Of a large library only by a scan of all of it: that looks at every track.
    fn settle_ids(&mut self, is_full: bool) -> Result<(), LibraryError> {
        let last: i64 = self.index.query_row("SELECT ifnull(max(n), 0) FROM track", [], |row| row.get(0))?;
        let is_changed = self.index.total_changes() > 0;
        self.begin()?;
        forget_purged(self.index, self.clock.now())?;
        if is_changed && (is_full || last <= SMALL) {
            mark_duplicates(self.index)?;
        }
        Ok(())
    }

    /// A disk that was pulled out in the midst of the scan took its files along, and they are not gone.
    fn look_again(&mut self, scope: &Scope<'_>) {
        for (root, (path, before)) in scope.roots.iter().zip(scope.devices).enumerate() {
            let was_walked = before.is_some() && scope.targets.iter().any(|target| target.root == root);
            let is_there = || folders::is_readable(path) && device::of(path).map(|device| device.number) == *before;
            if was_walked && !is_there() {
                self.away(root, path.clone(), "the folder vanished while it was scanned; its tracks are kept until it is back".to_owned());
            }
        }
        for (folder, path) in self.summary.folders.iter_mut().zip(scope.roots) {
            folder.offline = self.away.contains(path);
        }
    }

    fn is_away(&self, path: &Path) -> bool {
        self.away.iter().any(|away| path.starts_with(away))
    }

    fn mark_gone(&mut self) -> Result<(), LibraryError> {
        for Gone { track, folder, name } in std::mem::take(&mut self.gone) {
            if self.is_away(&folder.path) {
                continue;
            }
            // By its place: what was found at another one meanwhile is not gone.
            let sql = "UPDATE track SET state = 'missing', state_at_ms = ?
                       WHERE n = ? AND folder = ? AND name = ? AND state IN ('present', 'offline')";
            let changed = self.change(sql, params![self.now_ms(), track, folder.n, name])?;
            self.summary.missing(Some(folder.root), changed);
        }
        Ok(())
    }

    /// Folders of the index that the walk did not come to.
    fn mark_unvisited(&mut self, scope: &Scope<'_>) -> Result<(), LibraryError> {
        let renumbered = self.renumbered(scope);
        for (path, known) in scope.known.iter() {
            let is_meant = || scope.is_full || scope.targets.iter().any(|target| target.deep && path.starts_with(&target.path));
            if self.visited.contains(&known.n) || !is_meant() || self.is_away(path) {
                continue;
            }
            if let Some((root, place)) = lost_mount(scope, path, known, &renumbered) {
                let reason = "the folder is not there, as if its disk were not mounted; its tracks are kept until it is back";
                self.away(root, place, reason.to_owned());
                continue;
            }
            let sql = "UPDATE track SET state = 'missing', state_at_ms = ? WHERE folder = ? AND state IN ('present', 'offline')";
            let changed = self.change(sql, params![self.now_ms(), known.n])?;
            self.summary.missing(scope.roots.iter().position(|root| path.starts_with(root)), changed);
            if known.has_refused {
                self.change("DELETE FROM refused WHERE folder = ?", params![known.n])?;
            }
        }
        Ok(())
    }

    /// Devices whose folders were found on another one: a disk got another number, as it may by a restart, or was exchanged.
    fn renumbered(&self, scope: &Scope<'_>) -> HashSet<u64> {
        let noted = |folder: &Arc<Folder>| scope.known.get(&folder.path)?.device.filter(|noted| *noted != folder.device);
        self.news.iter().filter_map(noted).collect()
    }

    fn mark_away(&mut self) -> Result<(), LibraryError> {
        if self.away.is_empty() {
            return Ok(());
        }
        // As the index has them now: what was just found may be away again.
        let mut statement = self.index.prepare("SELECT n, path FROM folder")?;
        let folders = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, self.is_away(path_of(row.get_ref(1)?.as_blob()?)))))?;
        let away = folders.filter(|folder| folder.as_ref().map_or(true, |(_, away)| *away)).collect::<rusqlite::Result<Vec<_>>>()?;
        drop(statement);
        for (folder, _) in away {
            let sql = "UPDATE track SET state = 'offline', state_at_ms = ? WHERE folder = ? AND state = 'present'";
            self.change(sql, params![self.now_ms(), folder])?;
        }
        Ok(())
    }

    /// Now that all their files are written: a scan that broke off before reads them again for their new cover.
    fn note_folders(&mut self) -> Result<(), LibraryError> {
        for folder in std::mem::take(&mut self.news) {
            if !self.is_away(&folder.path) {
                let sql = "UPDATE folder SET device = ?, beside = ? WHERE path = ?";
                self.change(sql, params![folder.device.cast_signed(), folder.beside, path_bytes(&folder.path)])?;
            }
        }
        Ok(())
    }

    fn note_roots(&mut self, scope: &Scope<'_>) -> Result<(), LibraryError> {
        for (root, path) in scope.roots.iter().enumerate() {
            let folder = &self.summary.folders[root];
            if !folder.offline {
                let files = integer(folder.added + folder.updated + folder.unchanged + folder.skipped);
                let sql = "INSERT INTO media_folder (path, files) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET files = excluded.files";
                self.change(sql, params![path_bytes(path), files])?;
            }
        }
        Ok(())
    }
}

/// Where a disk was mounted whose folder `path` was noted on, if that place was taken away with it; and the media folder around it.
fn lost_mount(scope: &Scope<'_>, path: &Path, known: KnownFolder, renumbered: &HashSet<u64>) -> Option<(usize, PathBuf)> {
    let noted = known.device.filter(|device| !renumbered.contains(device))?;
    let root = scope.roots.iter().position(|root| path.starts_with(root) && path != root)?;
    let mut lost = None;
    for place in path.ancestors().take_while(|place| *place != scope.roots[root]) {
        match fs::symlink_metadata(place) {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::NotFound => lost = Some(place),
            Err(_) => return None,
        }
    }
    let lost = lost?;
    let around = fs::metadata(lost.parent()?).ok()?.dev();
    (around != noted).then(|| (root, lost.to_owned()))
}
