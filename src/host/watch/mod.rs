//! Watches the media folders, so that a new album is there within seconds.
//!
//! What cannot be watched is scanned every so often: network shares, where others change files without this machine's knowledge, and
//! folders for which the system has no watches left.

mod pending;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Config, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use super::library::is_network_share;
pub use pending::Batch;
use pending::Pending;

/// How often it is looked what rests.
const STEP: Duration = Duration::from_millis(100);
/// How often it is looked whether a disk came or went.
const DISKS_EVERY: Duration = Duration::from_secs(15);
/// A folder that the system has no watches for is tried again after so long.
const AGAIN_AFTER: Duration = Duration::from_secs(60 * 60);
/// Events that wait; more are one scan of everything.
const EVENTS_MAX: usize = 10_000;

/// The watch over some folders, until it is dropped.
pub struct Watch {
    /// What came to rest.
    pub batches: mpsc::Receiver<Batch>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Folders that are not watched now.
    unwatched: Mutex<Vec<PathBuf>>,
    /// Events were lost.
    overflown: AtomicBool,
    ended: AtomicBool,
}

/// A media folder.
struct Root {
    path: PathBuf,
    /// Device and number of the folder that is watched.
    seat: Option<(u64, u64)>,
    /// Where and when it could not be watched: trying walks the whole tree.
    refused: Option<((u64, u64), Instant)>,
    /// That it cannot be is told once.
    is_told: bool,
}

struct Watching {
    watcher: RecommendedWatcher,
    roots: Vec<Root>,
    pending: Pending,
    shared: Arc<Shared>,
}

impl Watch {
    /// `folders`: absolute. Without any watch where the system gives none, which is told in the log.
    pub fn start(folders: Vec<PathBuf>) -> Self {
        let shared = Arc::new(Shared { unwatched: Mutex::new(folders.clone()), ..Shared::default() });
        let (batch, batches) = mpsc::channel(1);
        let (events, happened) = bounded(EVENTS_MAX);
        match watcher(events, shared.clone()) {
            Ok(watcher) => {
                let roots = folders.into_iter().map(|path| Root { path, seat: None, refused: None, is_told: false }).collect();
                let mut watching = Watching { watcher, roots, pending: Pending::default(), shared: shared.clone() };
                let started = std::thread::Builder::new().name("watch".to_owned()).spawn(move || watching.run(&happened, &batch));
                if let Err(error) = started {
                    tracing::warn!(%error, "the media folders are not watched: they are scanned every 15 minutes");
                }
            }
            Err(error) => tracing::warn!("the media folders are not watched: {}; they are scanned every 15 minutes", remedy(&error)),
        }
        Self { batches, shared }
    }

    /// What has to be scanned every so often.
    pub fn unwatched(&self) -> Vec<PathBuf> {
        self.shared.unwatched().clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn unwatched(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        self.unwatched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn watcher(events: Sender<Event>, shared: Arc<Shared>) -> notify::Result<RecommendedWatcher> {
    let handle = move |event: notify::Result<Event>| match event {
        Ok(event) if event.need_rescan() => shared.overflown.store(true, Ordering::Relaxed),
        Ok(event) if !is_change(event.kind) => {}
        Ok(event) => {
            if events.try_send(event).is_err() {
                shared.overflown.store(true, Ordering::Relaxed);
            }
        }
        Err(error) => {
            // A new folder that is not watched: all of its media folder is scanned from now on.
            tracing::warn!("a folder is not watched: {}", remedy(&error));
            shared.overflown.store(true, Ordering::Relaxed);
        }
    };
    RecommendedWatcher::new(handle, Config::default().with_follow_symlinks(false))
}

/// That somebody reads a file, as the scan itself does, is none.
fn is_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

/// Whether something came, went or got another name, rather than another content.
fn is_other(kind: EventKind) -> bool {
    matches!(kind, EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) | EventKind::Any | EventKind::Other)
}

/// What happened, and what can be done about it.
fn remedy(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => too_few("fs.inotify.max_user_watches", 1_048_576),
        ErrorKind::Io(error) if error.raw_os_error() == Some(libc::EMFILE) => too_few("fs.inotify.max_user_instances", 1_024),
        ErrorKind::Io(error) if error.raw_os_error() == Some(libc::ENOSPC) => too_few("fs.inotify.max_user_watches", 1_048_576),
        ErrorKind::Io(error) => error.to_string(),
        _ => "the system refuses".to_owned(),
    }
}

fn too_few(setting: &str, enough: u32) -> String {
    format!("the system allows too few watches: run `sysctl {setting}={enough}` as root, and write it into /etc/sysctl.d to keep it")
}

impl Watching {
    fn run(&mut self, happened: &Receiver<Event>, batches: &mpsc::Sender<Batch>) {
        let mut looked: Option<Instant> = None;
        while !self.shared.ended.load(Ordering::Relaxed) {
            if looked.is_none_or(|looked| looked.elapsed() >= DISKS_EVERY) {
                self.look_for_disks(looked.is_some());
                looked = Some(Instant::now());
            }
            match happened.recv_timeout(STEP) {
                Ok(event) => self.note(&event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            happened.try_iter().for_each(|event| self.note(&event));
            if self.shared.overflown.swap(false, Ordering::Relaxed) {
                self.pending.look_at_everything();
            }
            // While the last batch is not taken yet, the next one grows.
            if let Ok(place) = batches.try_reserve()
                && let Some(batch) = self.pending.ready(Instant::now())
            {
                place.send(batch);
            }
        }
    }

    fn note(&mut self, event: &Event) {
        let now = Instant::now();
        for path in &event.paths {
            if self.roots.iter().any(|root| path.starts_with(&root.path) && !is_hidden(path, &root.path)) {
                self.pending.touch(path, is_other(event.kind), now);
            }
        }
    }

    /// Watches what came, and no longer what went. At the start everything is scanned anyway.
    fn look_for_disks(&mut self, is_later: bool) {
        for root in &mut self.roots {
            let seat = fs::metadata(&root.path).ok().map(|metadata| (metadata.dev(), metadata.ino()));
            if root.seat == seat && seat.is_some() {
                continue;
            }
            if root.seat.take().is_some() {
                // There may be nothing left to unwatch.
                let _ = self.watcher.unwatch(&root.path);
                self.pending.touch(&root.path, true, Instant::now());
            }
            if seat.is_none() || is_network_share(&root.path) {
                continue;
            }
            if root.refused.is_some_and(|(at, since)| seat == Some(at) && since.elapsed() < AGAIN_AFTER) {
                continue;
            }
            match self.watcher.watch(&root.path, RecursiveMode::Recursive) {
                Ok(()) => root.seat = seat,
                Err(error) => {
                    root.refused = seat.map(|seat| (seat, Instant::now()));
                    let _ = self.watcher.unwatch(&root.path);
                    if !std::mem::replace(&mut root.is_told, true) {
                        tracing::warn!(folder = %root.path.display(), "not watched: {}; it is scanned every 15 minutes", remedy(&error));
                    }
                }
            }
            if is_later && root.seat.is_some() {
                self.pending.touch(&root.path, true, Instant::now());
            }
        }
        let unwatched = self.roots.iter().filter(|root| root.seat.is_none()).map(|root| root.path.clone());
        *self.shared.unwatched() = unwatched.collect();
    }
}

fn is_hidden(path: &Path, root: &Path) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.components().any(|part| part.as_os_str().as_encoded_bytes().first() == Some(&b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_no_change() {
        let read = [AccessKind::Open(AccessMode::Any), AccessKind::Close(AccessMode::Read), AccessKind::Read];
        assert!(read.into_iter().all(|kind| !is_change(EventKind::Access(kind))));
        assert!(is_change(EventKind::Access(AccessKind::Close(AccessMode::Write))));
        assert!(is_change(EventKind::Modify(ModifyKind::Any)) && !is_other(EventKind::Modify(ModifyKind::Any)));
    }

    #[test]
    fn what_to_do_about_too_few_watches_is_said() {
        let error = notify::Error::new(ErrorKind::MaxFilesWatch);
        assert!(remedy(&error).contains("sysctl fs.inotify.max_user_watches=1048576"));
        assert!(remedy(&notify::Error::io(std::io::Error::from_raw_os_error(libc::EMFILE))).contains("max_user_instances"));
    }

    #[test]
    fn hidden_folders_are_not_looked_into() {
        let root = Path::new("/home/.music");
        assert!(!is_hidden(Path::new("/home/.music/a/b.mp3"), root));
        assert!(is_hidden(Path::new("/home/.music/.trash/b.mp3"), root));
    }
}
