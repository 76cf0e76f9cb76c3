//! A scan: walks the media folders, reads what is new or changed, and notes what is gone.

mod folders;
mod pictures;
mod read;
mod walk;
mod writer;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde::Serialize;

use super::identity::Fingerprint;
use super::row::Stamp;
use super::{Library, LibraryError, db};
use crate::host::media::Prober;
use crate::types::{Clock, TrackId};
use pictures::Pictures;
use walk::Entry;
use writer::Writer;

/// A file or folder that is not in the library, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
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
    pub skipped: Vec<Skipped>,
    /// Audio tracks, videos and their length after the scan.
    pub tracks: u64,
    pub videos: u64,
    pub duration_ms: u64,
    pub elapsed_ms: u64,
}

impl ScanSummary {
    fn skip(&mut self, path: &Path, reason: impl Into<String>) {
        self.skipped.push(Skipped { path: path.to_string_lossy().into_owned(), reason: reason.into() });
    }
}

/// Says that the library is being scanned until it is dropped, however the scan ends.
struct Scanning<'a>(&'a AtomicBool);

impl<'a> Scanning<'a> {
    fn begin(flag: &'a AtomicBool) -> Self {
        flag.store(true, Ordering::Relaxed);
        Self(flag)
    }
}

impl Drop for Scanning<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
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

    /// Brings the index up to date with `media`; `prober` looks at what tags say too little of. What was read before `stop` was set
    /// is kept. One scan at a time.
    pub fn scan(&self, media: &[PathBuf], prober: &mut Prober, clock: &dyn Clock, stop: &AtomicBool) -> Result<ScanSummary, LibraryError> {
        let _scanning = Scanning::begin(&self.shared.scanning);
        let began = Instant::now();
        let index = db::open_for_writing(&self.index())?;
        let mut scan = Scan {
            prober,
            writer: Writer::new(&index, self.shared.key.clone(), clock),
            pictures: Pictures::new(&index, self.art_dir()),
            seen: HashSet::new(),
            away: Vec::new(),
            summary: ScanSummary::default(),
        };
        for folder in folders::absolute(media)? {
            scan.folder(&folder, stop)?;
        }
        scan.summary.missing = scan.writer.mark_unseen(&scan.seen, &scan.away)?;
        scan.writer.finish()?;
        let totals = self.totals()?;
        let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (tracks, videos, duration_ms) = (totals.tracks, totals.videos, totals.duration_ms);
        Ok(ScanSummary { tracks, videos, duration_ms, elapsed_ms, ..scan.summary })
    }
}

struct Scan<'a> {
    prober: &'a mut Prober,
    writer: Writer<'a>,
    pictures: Pictures<'a>,
    /// Every track found by this scan, so that overlapping folders list nothing twice.
    seen: HashSet<TrackId>,
    /// Folders that cannot be read now: what lies below them is kept.
    away: Vec<PathBuf>,
    summary: ScanSummary,
}

impl Scan<'_> {
    fn folder(&mut self, folder: &Path, stop: &AtomicBool) -> Result<(), LibraryError> {
        if !folders::is_readable(folder) {
            self.away(folder, "the folder is missing or cannot be read; its tracks are kept until it is back");
            return Ok(());
        }
        for entry in walk::entries(folder) {
            if stop.load(Ordering::Relaxed) {
                self.writer.commit()?;
                return Err(LibraryError::Stopped);
            }
            match entry {
                Entry::File { path, stamp } => self.file(folder, &path, stamp)?,
                Entry::Skip { path, reason } => self.summary.skip(&path, reason),
                Entry::Away { path, reason } => self.away(&path, reason),
            }
        }
        Ok(())
    }

    fn away(&mut self, folder: &Path, reason: impl Into<String>) {
        self.summary.skip(folder, reason);
        self.writer.leave_alone(folder);
        self.away.push(folder.to_owned());
    }

    fn file(&mut self, root: &Path, path: &Path, stamp: Stamp) -> Result<(), LibraryError> {
        let known = self.writer.known(path)?;
        if known.as_ref().is_some_and(|known| self.seen.contains(&known.id)) {
            return Ok(());
        }
        if let Some(known) = &known
            && known.is_same(stamp)
        {
            self.seen.insert(known.id);
            self.summary.unchanged += 1;
            return self.writer.mark_present(known);
        }
        let file = match read::read(path, root, stamp.size, self.prober) {
            Ok(file) => file,
            Err(reason) => {
                self.summary.skip(path, reason);
                return Ok(());
            }
        };
        let art = self.pictures.of(path, file.picture.as_deref())?;
        let fingerprint = Fingerprint::of_path(path).ok();
        let id = self.writer.write(path, stamp, fingerprint, &file.described, art.as_ref())?;
        self.seen.insert(id);
        if known.is_some() {
            self.summary.updated += 1
        } else {
            self.summary.added += 1
        }
        Ok(())
    }
}
