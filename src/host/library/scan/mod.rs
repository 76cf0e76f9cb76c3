//! A scan: walks the media folders, reads what is new or changed, and notes what is gone.

mod covers;
pub(in crate::host) mod device;
mod folders;
mod gentle;
mod known;
mod listing;
mod pictures;
mod pipeline;
mod progress;
mod read;
mod settle;
mod summary;
mod walk;
mod walker;
mod writer;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
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
        self.summed(&Scan { library: self, roots: &roots, targets, is_full: true, worker: prober.worker(), clock, stop })
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
