//! The threads of a scan: for each kind of disk a walker and its readers, and one writer for all.

use std::collections::HashSet;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Scope as Threads, ScopedJoinHandle};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::super::tags::Tagged;
use super::super::texts::Texts;
use super::super::{Library, LibraryError, db};
use super::known::KnownFolders;
use super::names::Names;
use super::pictures::Pictures;
use super::reach::Reaches;
use super::renumbered::Renumbered;
use super::settle::Scope;
use super::summary::ScanSummary;
use super::walker::{Job, Seen, Target, Walker};
use super::writer::{Note, Taken, Writer};
use super::{device, folders, gentle, read, sweep};
use crate::host::media::{Prober, WorkerConfig};
use crate::types::Clock;

/// Files that wait to be read, and what waits to be written: enough that nobody waits for one who is late, little enough to be no memory.
const JOBS_MAX: usize = 256;
const NOTES_MAX: usize = 256;
/// Of the index, in memory, while it is written.
const CACHE_KIB: i64 = 16 * 1024;
/// How much is written to the log before it is moved to the index, which waits for the disk: 16 MiB.
const WAL_PAGES: i64 = 4_096;

/// A scan of some folders, about to begin.
pub(super) struct Scan<'a> {
    pub(super) library: &'a Library,
    pub(super) roots: &'a [PathBuf],
    pub(super) targets: Vec<Target>,
    pub(super) is_full: bool,
    /// Files that are left as they are known.
    pub(super) restless: &'a HashSet<PathBuf>,
    /// What the readers' probers are.
    pub(super) worker: &'a WorkerConfig,
    pub(super) clock: &'a dyn Clock,
    pub(super) stop: &'a AtomicBool,
}

/// Targets that are walked one after another, and how many read what is found.
struct Lane {
    /// `None` for all disks without heads together.
    device: Option<u64>,
    targets: Vec<Target>,
    readers: usize,
}

impl Scan<'_> {
    pub(super) fn run(&self) -> Result<ScanSummary, LibraryError> {
        let known = self.library.shared.readers.read(KnownFolders::read)?;
        let pictures = Pictures::new(self.library);
        let apart: Vec<_> = self.library.shared.scan.apart().into_iter().filter(|folder| !self.roots.contains(folder)).collect();
        let names = &self.library.shared.readers.read(|index| Names::of(self.roots, &apart, index))?;
        let (devices, lanes, away) = self.lanes();
        let scope = &Scope { roots: self.roots, devices: &devices, targets: &self.targets, is_full: self.is_full, known: &known };
        self.library.shared.scan.progress.walks(lanes.len());
        thread::scope(|threads| {
            let (notes, written) = bounded(NOTES_MAX);
            let writer = start(threads, "scan-write", move || self.write(&written, away, (scope, names)))?;
            let walkers =
                lanes.iter().map(|lane| self.start_lane(threads, lane, (&known, names), &pictures, &notes)).collect::<Result<Vec<_>, _>>();
            drop(notes);
            let walkers = walkers?;
            // Their end is the writer's: it has heard all there is.
            let summary = writer.join().unwrap_or_else(|_| Err(LibraryError::Data(std::io::Error::other("the scan broke off"))));
            drop(walkers);
            summary
        })
    }

    /// Where each media folder lies, the lanes of those that answer, and those that do not.
    fn lanes(&self) -> (Vec<Option<u64>>, Vec<Lane>, Vec<Seen>) {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let mut devices = vec![None; self.roots.len()];
        let (mut lanes, mut away): (Vec<Lane>, Vec<Seen>) = (Vec::new(), Vec::new());
        for (root, path) in self.roots.iter().enumerate() {
            let targets: Vec<Target> = self.targets.iter().filter(|target| target.root == root).cloned().collect();
            if targets.is_empty() {
                continue;
            }
            let Some(found) = folders::is_readable(path).then(|| device::of(path)).flatten() else {
                let reason = "the folder is missing or cannot be read; its tracks are kept until it is back".to_owned();
                away.push(Seen::Away { root, path: path.clone(), reason });
                continue;
            };
            devices[root] = Some(found.number);
            let device = found.is_slow.then_some(found.number);
            match lanes.iter_mut().find(|lane| lane.device == device) {
                Some(lane) => lane.targets.extend(targets),
                None => lanes.push(Lane { device, targets, readers: if found.is_slow { 1 } else { cores } }),
            }
        }
        (devices, lanes, away)
    }

    fn start_lane<'threads, 'env: 'threads>(
        &'env self,
        threads: &'threads Threads<'threads, 'env>,
        lane: &'env Lane,
        (known, names): (&'env KnownFolders, &'env Names),
        pictures: &'env Pictures<'env>,
        notes: &Sender<Note>,
    ) -> Result<ScopedJoinHandle<'threads, ()>, LibraryError> {
        let (jobs, waiting) = bounded(JOBS_MAX);
        for _ in 0..lane.readers {
            let (waiting, notes, mut prober) = (waiting.clone(), notes.clone(), Prober::new(self.worker.clone()));
            start(threads, "scan-read", move || self.read(&waiting, &notes, &mut prober, pictures))?;
        }
        let progress = &self.library.shared.scan.progress;
        let walker = Walker {
            library: self.library,
            roots: self.roots,
            names,
            restless: self.restless,
            known,
            renumbered: Renumbered::new(self.library),
            progress,
            jobs,
            notes: notes.clone(),
            stop: self.stop,
        };
        start(threads, "scan-walk", move || {
            // Its early end is the writer's to explain.
            let _ = lane.targets.iter().try_for_each(|target| walker.walk(target));
            progress.walked();
        })
    }

    /// A reader's work.
    fn read(&self, waiting: &Receiver<Job>, notes: &Sender<Note>, prober: &mut Prober, pictures: &Pictures<'_>) {
        for job in waiting {
            if self.stop.load(Ordering::Relaxed) || notes.send(self.take(job, prober, pictures)).is_err() {
                return;
            }
        }
    }

    /// Reads one file, with the picture that goes with it. A parser that panics over a hostile file costs that file only.
    fn take(&self, job: Job, prober: &mut Prober, pictures: &Pictures<'_>) -> Note {
        let path = job.path();
        let taken = catch_unwind(AssertUnwindSafe(|| {
            let root = &self.roots[job.folder.root];
            let read = read::open(&path).and_then(|file| {
                let tagged = read::read(&path, &file, root, job.stamp.size, prober)?;
                Ok((tagged, read::fingerprint(&file)?))
            });
            let (Tagged { described, picture }, fingerprint) = match read {
                Ok(read) => read,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let mut made = Vec::new();
            let art = pictures.of(&job.folder, picture.as_deref(), &mut made)?;
            let texts = Texts::of(&described, &job.name);
            Ok(Ok((described, texts, fingerprint, art, made)))
        }));
        match taken {
            Ok(Ok(Ok((described, texts, fingerprint, art, made)))) => {
                Note::Taken(Box::new(Taken { job, described, texts, fingerprint, art, made }))
            }
            Ok(Ok(Err(refusal))) => Note::Refused(Box::new(job), refusal),
            Ok(Err(error)) => Note::Failed(error),
            Err(_) => Note::Refused(Box::new(job), "it is damaged".to_owned().into()),
        }
    }

    /// The writer's work.
    fn write(&self, notes: &Receiver<Note>, away: Vec<Seen>, (scope, names): (&Scope<'_>, &Names)) -> Result<ScanSummary, LibraryError> {
        let index = db::open_for_writing(&self.library.index())?;
        // Ids and fingerprints come in no order: each new one touches another page.
        index.pragma_update(None, "cache_size", -CACHE_KIB)?;
        index.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
        let progress = &self.library.shared.scan.progress;
        let shared = &self.library.shared;
        if names.is_news() {
            shared.changes.own_index();
            names.remember(&index)?;
        }
        let reaches = Reaches::new(self.roots);
        let reach = |folder: &Path, device| reaches.of(folder, device);
        let summary = ScanSummary::new(self.roots);
        let mut writer = Writer::new(&index, shared.key.clone(), self.clock, progress, &shared.changes, summary, &reach);
        away.into_iter().try_for_each(|seen| writer.take(seen.into()))?;
        loop {
            match notes.recv_timeout(writer.patience()) {
                Ok(note) => writer.take(note)?,
                Err(RecvTimeoutError::Timeout) => writer.commit()?,
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if self.stop.load(Ordering::Relaxed) {
            writer.commit()?;
            return Err(LibraryError::Stopped);
        }
        progress.finishing();
        writer.settle(scope)?;
        if self.is_full {
            sweep::sweep(&index, &self.library.art_dir(), &shared.changes, self.clock.now())?;
        }
        Ok(writer.summary)
    }
}

fn start<'threads, T: Send + 'threads>(
    threads: &'threads Threads<'threads, '_>,
    name: &str,
    work: impl FnOnce() -> T + Send + 'threads,
) -> Result<ScopedJoinHandle<'threads, T>, LibraryError> {
    let gently = move || {
        gentle::step_back();
        work()
    };
    Ok(thread::Builder::new().name(name.to_owned()).spawn_scoped(threads, gently)?)
}
