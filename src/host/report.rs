//! What the host says of its media engine: what is missing, and how far the analysis is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::library::{Library, LibraryError};
use super::media::{Lack, MediaError, Prober, WantedBy};
use crate::protocol::{MediaStatus, MissingPart};

/// Cheap to clone; all clones are one report.
#[derive(Clone, Default)]
pub struct Report {
    status: Arc<Mutex<MediaStatus>>,
    scanned: Arc<Notify>,
}

/// Why it is not known what is missing.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error(transparent)]
    Media(#[from] MediaError),
}

impl Report {
    pub fn status(&self) -> MediaStatus {
        self.lock().clone()
    }

    /// Asks a worker what is not installed, and the library which tracks wait for it. Blocking. What is new goes to the log.
    pub fn look(&self, library: &Library, prober: &mut Prober) -> Result<(), LookError> {
        let lacks = prober.lacks()?;
        let missing = if lacks.is_empty() { Vec::new() } else { counted(lacks, library)? };
        let before = std::mem::replace(&mut self.lock().missing, missing.clone());
        for MissingPart { what, package, tracks } in missing.iter().filter(|part| !before.contains(part)) {
            tracing::warn!(tracks, "{what} needs a package that is not installed: install {package}");
        }
        Ok(())
    }

    /// A scan is over: there may be something new to listen to.
    pub fn scan_ended(&self) {
        self.scanned.notify_one();
    }

    /// Waits for the end of a scan, also one that has been meanwhile.
    pub async fn scanned(&self) {
        self.scanned.notified().await;
    }

    pub fn analysed(&self, heard: u64, tracks: u64) {
        let mut status = self.lock();
        (status.analysed, status.to_analyse) = (heard, tracks);
    }

    pub fn one_heard(&self) {
        self.lock().analysed += 1;
    }

    pub fn pause_analysis(&self, paused: bool) {
        self.lock().analysis_paused = paused;
    }

    fn lock(&self) -> MutexGuard<'_, MediaStatus> {
        // Plain numbers and texts are right whoever panicked beside them.
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What some track waits for. Most codecs that are not installed nobody misses.
fn counted(lacks: Vec<Lack>, library: &Library) -> Result<Vec<MissingPart>, LibraryError> {
    let codecs = library.codecs()?;
    let count = |lack: &Lack| match lack.wanted_by {
        WantedBy::Codec => codecs.named(&lack.what),
        WantedBy::Sound => codecs.with_sound,
        WantedBy::Pictures => codecs.with_pictures,
    };
    let mut missing: Vec<MissingPart> = Vec::new();
    for lack in lacks {
        let tracks = count(&lack);
        let is_told = missing.iter().any(|part| part.what == lack.what);
        if tracks > 0 && !is_told {
            missing.push(MissingPart { what: lack.what, package: lack.package, tracks });
        }
    }
    Ok(missing)
}
