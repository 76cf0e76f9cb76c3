//! Changes that wait to come to rest: a file that grows is left alone until it does not.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::host::library::Changed;

/// Nothing has happened for so long: it rests.
const REST: Duration = Duration::from_secs(1);
/// A folder that never rests is looked at all the same after so long, but for the files that change just then.
const UNREST_MAX: Duration = Duration::from_secs(30);
/// With more paths than these a scan of everything is cheaper.
const PATHS_MAX: usize = 20_000;

/// What is to be looked at.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// More has happened than was told: look at everything.
    pub everything: bool,
    pub changed: Vec<Changed>,
    /// Files that change right now, to be left alone.
    pub restless: HashSet<PathBuf>,
}

#[derive(Default)]
pub struct Pending {
    everything: bool,
    folders: HashMap<PathBuf, Folder>,
    paths: usize,
}

struct Folder {
    since: Instant,
    /// With all that lies below it.
    deep: bool,
    /// When something happened to each of its files last.
    files: HashMap<PathBuf, Instant>,
}

impl Folder {
    fn new(since: Instant) -> Self {
        Self { since, deep: false, files: HashMap::new() }
    }

    fn rests(&self, now: Instant) -> bool {
        self.files.values().all(|last| now.duration_since(*last) >= REST)
    }
}

impl Pending {
    /// Something happened to `path`, which came, went or got another name if `is_other`.
    pub fn touch(&mut self, path: &Path, is_other: bool, now: Instant) {
        if let Some(folder) = path.parent() {
            self.note(folder, path, false, now);
        }
        if is_other {
            // It may be a folder, or have been one.
            self.note(path, path, true, now);
        }
        if self.paths > PATHS_MAX {
            self.look_at_everything();
        }
    }

    fn note(&mut self, folder: &Path, path: &Path, deep: bool, now: Instant) {
        let waiting = self.folders.entry(folder.to_owned()).or_insert_with(|| Folder::new(now));
        waiting.deep |= deep;
        if waiting.files.insert(path.to_owned(), now).is_none() {
            self.paths += 1;
        }
    }

    pub fn look_at_everything(&mut self) {
        *self = Self { everything: true, ..Self::default() };
    }

    /// What can be looked at now; `None` when there is nothing.
    pub fn ready(&mut self, now: Instant) -> Option<Batch> {
        if std::mem::take(&mut self.everything) {
            return Some(Batch { everything: true, ..Batch::default() });
        }
        let is_due = |folder: &Folder| folder.rests(now) || now.duration_since(folder.since) >= UNREST_MAX;
        let due: Vec<PathBuf> = self.folders.iter().filter(|(_, folder)| is_due(folder)).map(|(path, _)| path.clone()).collect();
        if due.is_empty() {
            return None;
        }
        let files = self.folders.values().flat_map(|folder| &folder.files);
        let restless = files.filter(|(_, last)| now.duration_since(**last) < REST).map(|(path, _)| path.clone()).collect();
        let changed = due.into_iter().filter_map(|path| self.take(path, now)).collect();
        Some(Batch { everything: false, changed, restless })
    }

    /// What rests in a folder is done with; the rest goes on waiting.
    fn take(&mut self, path: PathBuf, now: Instant) -> Option<Changed> {
        let folder = self.folders.remove(&path)?;
        let deep = folder.deep;
        let files: HashMap<_, _> = folder.files.iter().filter(|(_, last)| now.duration_since(**last) < REST).collect();
        self.paths = self.paths.saturating_sub(folder.files.len() - files.len());
        if !files.is_empty() {
            let files = files.into_iter().map(|(path, last)| (path.clone(), *last)).collect();
            self.folders.insert(path.clone(), Folder { since: now, deep, files });
        }
        Some(Changed { path, deep })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    fn shallow(path: &str) -> Changed {
        Changed { path: path.into(), deep: false }
    }

    #[test]
    fn a_file_is_read_when_it_has_stopped_growing_and_holds_up_no_other_folder() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        pending.touch(Path::new("/m/a/done.mp3"), false, start);
        for ms in (0..3_000).step_by(100) {
            pending.touch(Path::new("/m/b/grows.mp3"), false, after(start, ms));
        }
        let batch = pending.ready(after(start, 2_950)).expect("one rests");
        assert_eq!(batch.changed, [shallow("/m/a")]);
        assert_eq!(batch.restless, HashSet::from(["/m/b/grows.mp3".into()]));
        assert_eq!(pending.ready(after(start, 3_000)), None);
        assert_eq!(pending.ready(after(start, 4_000)).expect("the other rests").changed, [shallow("/m/b")]);
        assert_eq!(pending.ready(after(start, 9_000)), None);
        assert_eq!(pending.paths, 0);
    }

    #[test]
    fn a_folder_that_never_rests_is_looked_at_without_what_changes() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        pending.touch(Path::new("/m/done.mp3"), false, start);
        let mut batches = Vec::new();
        for ms in (0..31_000).step_by(500) {
            pending.touch(Path::new("/m/endless.mp3"), false, after(start, ms));
            batches.extend(pending.ready(after(start, ms)));
        }
        assert_eq!(batches.len(), 1);
        assert_eq!(batches[0].restless, HashSet::from(["/m/endless.mp3".into()]));
        assert_eq!(pending.ready(after(start, 40_000)).expect("at rest").changed, [shallow("/m")]);
    }

    #[test]
    fn more_than_can_be_kept_in_mind_is_everything() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        for number in 0..=PATHS_MAX {
            pending.touch(Path::new(&format!("/m/{number}.mp3")), false, now);
        }
        assert!(pending.ready(now).expect("at once").everything);
        assert_eq!(pending.ready(now), None);
    }
}
