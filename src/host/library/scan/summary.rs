//! What a scan tells of itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Skipped files that are named; the others are only counted.
const NAMED_MAX: usize = 1_000;
/// Different reasons that are counted each by itself.
const REASONS_MAX: usize = 100;

/// A file or folder that is not in the library, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Skipped {
    /// Bytes that are not UTF-8 are shown as `\u{FFFD}`.
    pub path: String,
    pub reason: String,
}

/// What a scan did and what there is after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ScanSummary {
    pub added: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// Files that were there at the last scan and are not now.
    pub missing: u64,
    /// The first of them.
    pub skipped: Vec<Skipped>,
    /// All of them.
    pub skipped_total: u64,
    pub skipped_by_reason: BTreeMap<String, u64>,
    /// Audio tracks, videos and their length after the scan.
    pub tracks: u64,
    pub videos: u64,
    pub duration_ms: u64,
    pub elapsed_ms: u64,
    /// Files looked at a second, those that were unchanged included.
    pub files_per_second: u64,
    pub folders: Vec<FolderSummary>,
    /// The highest folders that are not there.
    #[serde(skip)]
    pub away: Vec<PathBuf>,
}

/// What became of one media folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FolderSummary {
    pub path: String,
    /// Media files that are in it.
    pub files: u64,
    pub added: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub missing: u64,
    pub skipped: u64,
    /// It cannot be read now, and its tracks are kept.
    pub offline: bool,
}

impl ScanSummary {
    pub(super) fn new(folders: &[impl AsRef<Path>]) -> Self {
        let named = |folder: &Path| FolderSummary { path: folder.to_string_lossy().into_owned(), ..FolderSummary::default() };
        Self { folders: folders.iter().map(|folder| named(folder.as_ref())).collect(), ..Self::default() }
    }

    pub(super) fn skip(&mut self, root: usize, path: &Path, reason: String) {
        self.folders[root].skipped += 1;
        self.skipped_total += 1;
        let has_room = self.skipped_by_reason.len() < REASONS_MAX || self.skipped_by_reason.contains_key(&reason);
        let counted = if has_room { reason.clone() } else { "other reasons".to_owned() };
        *self.skipped_by_reason.entry(counted).or_default() += 1;
        if self.skipped.len() < NAMED_MAX {
            self.skipped.push(Skipped { path: path.to_string_lossy().into_owned(), reason });
        }
    }

    /// A file that was read.
    pub(super) fn read(&mut self, root: usize, is_new: bool) {
        let folder = &mut self.folders[root];
        let (all, one) = if is_new { (&mut self.added, &mut folder.added) } else { (&mut self.updated, &mut folder.updated) };
        *all += 1;
        *one += 1;
    }

    pub(super) fn unchanged(&mut self, root: usize, files: u64) {
        self.unchanged += files;
        self.folders[root].unchanged += files;
    }

    pub(super) fn missing(&mut self, root: Option<usize>, files: u64) {
        self.missing += files;
        if let Some(root) = root {
            self.folders[root].missing += files;
        }
    }

    /// The files of a folder in an order that does not depend on which was read first.
    pub(super) fn settle(&mut self, elapsed_ms: u64) {
        self.skipped.sort();
        for folder in &mut self.folders {
            folder.files = folder.added + folder.updated + folder.unchanged;
        }
        let files = self.added + self.updated + self.unchanged + self.skipped_total;
        self.elapsed_ms = elapsed_ms;
        self.files_per_second = files.saturating_mul(1000) / elapsed_ms.max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_photographs_fills_neither_memory_nor_the_report() {
        let mut summary = ScanSummary::new(&["/media"]);
        for number in 0..5_000 {
            summary.skip(0, Path::new("/media/x"), format!("reason {}", number % 300));
        }
        assert_eq!((summary.skipped.len(), summary.skipped_total), (NAMED_MAX, 5_000));
        assert_eq!(summary.skipped_by_reason.len(), REASONS_MAX + 1);
        assert_eq!(summary.skipped_by_reason.values().sum::<u64>(), 5_000);
    }
}
