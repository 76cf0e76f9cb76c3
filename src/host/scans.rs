//! Scans at the start, of what changed when it has come to rest, every so often, and when asked by SIGHUP (where no terminal sends it).

use std::collections::{BTreeSet, HashSet};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::import::libraries_in;
use super::library::{AwayFolder, Changed, Library, LibraryError, ScanSummary, Skipped};
use super::media::{Prober, WorkerConfig};
use super::report::Report;
use super::scan_bar::words;
use super::watch::{Batch, Watch};
use crate::types::Clock;

/// What is not watched is scanned so often.
const EVERY: Duration = Duration::from_secs(15 * 60);
/// And everything so often, whoever watched: a change that nobody told of is found.
const EVERYTHING_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// After a disk was full.
const AGAIN: Duration = Duration::from_secs(60);
/// A scan that was told to stop and does not is in a look at a dead network share, and is left to it.
const PATIENCE: Duration = Duration::from_secs(5);
/// A long scan says how far it has come so often.
const TOLD_EVERY: Duration = Duration::from_secs(60);
/// A folder of photographs is no reason to fill the log.
const SKIPPED_TOLD: usize = 20;

/// The running scans.
pub struct Scans {
    stop: Arc<AtomicBool>,
    wake: Arc<Notify>,
    task: JoinHandle<()>,
    /// Tells how far they have come.
    course: Option<JoinHandle<()>>,
}

impl Drop for Scans {
    fn drop(&mut self) {
        if let Some(course) = &self.course {
            course.abort();
        }
    }
}

impl Scans {
    /// Starts the first scan at once.
    pub fn start(
        library: Library,
        media: Vec<PathBuf>,
        worker: WorkerConfig,
        report: Report,
        clock: Arc<dyn Clock>,
    ) -> std::io::Result<Self> {
        let (stop, wake) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
        let hangup = if hangup_ends() { None } else { Some(signal(SignalKind::hangup())?) };
        let course = tokio::spawn(tell_course(library.clone()));
        let watch = Watch::start(media.iter().map(std::path::absolute).collect::<std::io::Result<_>>()?);
        let scan = Scan {
            library,
            media,
            worker,
            report,
            clock,
            stop: stop.clone(),
            skipped: Mutex::default(),
            away: Mutex::default(),
            libraries_told: AtomicBool::default(),
        };
        let mut scans = Self::keep(Arc::new(move |what| scan.run(&what)), stop, wake, hangup, Some(watch));
        scans.course = Some(course);
        Ok(scans)
    }

    fn keep(scan: Work, stop: Arc<AtomicBool>, wake: Arc<Notify>, hangup: Option<Signal>, watch: Option<Watch>) -> Self {
        let task = tokio::spawn(keep_scanning(scan, stop.clone(), wake.clone(), hangup, watch));
        Self { stop, wake, task, course: None }
    }

    /// Stops after the file that is being read, and waits for it; not for one that does not come back.
    pub async fn stop(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.wake.notify_one();
        if timeout(PATIENCE, &mut self.task).await.is_err() {
            tracing::warn!("a scan waits for a file that does not answer, and is given up");
        }
    }
}

/// Whether SIGHUP means that the host's terminal was closed, and the host is to end, rather than that it is to scan.
pub fn hangup_ends() -> bool {
    std::io::stdin().is_terminal() || std::io::stdout().is_terminal()
}

async fn tell_course(library: Library) {
    loop {
        sleep(TOLD_EVERY).await;
        if let Some(status) = library.scan_status() {
            tracing::info!("scanning: {}", words(&status));
        }
    }
}

async fn asked(hangup: &mut Option<Signal>) {
    match hangup {
        Some(hangup) => drop(hangup.recv().await),
        None => std::future::pending().await,
    }
}

/// All that a scan needs.
struct Scan {
    library: Library,
    media: Vec<PathBuf>,
    worker: WorkerConfig,
    report: Report,
    clock: Arc<dyn Clock>,
    stop: Arc<AtomicBool>,
    /// What the last scan skipped.
    skipped: Mutex<HashSet<Skipped>>,
    /// Folders that were away after the last scan.
    away: Mutex<BTreeSet<PathBuf>>,
    libraries_told: AtomicBool,
}

/// What to scan.
enum What {
    Everything,
    /// These media folders.
    Folders(Vec<PathBuf>),
    Batch(Batch),
}

/// Scans, and says how long at most until everything is scanned again.
type Work = Arc<dyn Fn(What) -> Duration + Send + Sync>;

async fn keep_scanning(scan: Work, stop: Arc<AtomicBool>, wake: Arc<Notify>, mut hangup: Option<Signal>, mut watch: Option<Watch>) {
    let mut what = What::Everything;
    let (mut all_at, mut unwatched_at) = (Instant::now(), Instant::now());
    while !stop.load(Ordering::Relaxed) {
        let (is_all, is_batch) = (matches!(what, What::Everything), matches!(what, What::Batch(_)));
        match on_its_own_thread(scan.clone(), what).await {
            Ok(pause) if is_all => all_at = Instant::now() + pause,
            Ok(pause) => all_at = all_at.min(Instant::now() + pause),
            Err(error) => {
                tracing::error!(%error, "a scan broke off");
                all_at = Instant::now() + EVERY;
            }
        }
        if !is_batch {
            unwatched_at = Instant::now() + EVERY;
        }
        what = loop {
            tokio::select! {
                () = sleep_until(all_at) => break What::Everything,
                () = sleep_until(unwatched_at) => break What::Folders(watch.as_ref().map(Watch::unwatched).unwrap_or_default()),
                () = asked(&mut hangup) => break What::Everything,
                () = wake.notified() => break What::Folders(Vec::new()),
                batch = next(&mut watch) => match batch {
                    Some(Batch { everything: true, .. }) => break What::Everything,
                    Some(batch) => break What::Batch(batch),
                    // The watch has ended, and with it what it knew: everything is scanned as often as the unwatched.
                    None => watch = None,
                },
            }
        };
        if watch.is_none() && matches!(&what, What::Folders(folders) if folders.is_empty()) {
            what = What::Everything;
        }
    }
}

async fn next(watch: &mut Option<Watch>) -> Option<Batch> {
    match watch {
        Some(watch) => watch.batches.recv().await,
        None => std::future::pending().await,
    }
}

/// Not one of the runtime's: those are waited for when the host ends.
async fn on_its_own_thread(scan: Work, what: What) -> std::io::Result<Duration> {
    let (ended, end) = oneshot::channel();
    std::thread::Builder::new().name("scan".to_owned()).spawn(move || {
        let _ = ended.send(scan(what));
    })?;
    end.await.map_err(|_| std::io::Error::other("its thread panicked"))
}

impl Scan {
    fn run(&self, what: &What) -> Duration {
        // Its process lives as long as the scan does.
        let mut prober = Prober::new(self.worker.clone());
        let (clock, stop) = (&*self.clock, &*self.stop);
        let mut part =
            |changed: &[Changed], restless: &_| self.library.scan_changed(&self.media, (changed, restless), &mut prober, clock, stop);
        let scanned = match what {
            What::Folders(folders) if folders.is_empty() => return EVERYTHING_EVERY,
            What::Folders(folders) => {
                let changed: Vec<_> = folders.iter().map(|path| Changed { path: path.clone(), deep: true }).collect();
                part(&changed, &HashSet::new())
            }
            What::Batch(batch) => part(&batch.changed, &batch.restless),
            What::Everything => self.library.scan(&self.media, &mut prober, clock, stop),
        };
        let is_done = scanned.is_ok();
        let pause = match &scanned {
            Err(LibraryError::Full) => AGAIN,
            Err(_) => EVERY,
            Ok(_) => EVERYTHING_EVERY,
        };
        let is_all = matches!(what, What::Everything);
        self.tell_of_libraries();
        self.tell_away();
        tell(scanned, is_all, &mut self.skipped.lock().unwrap_or_else(PoisonError::into_inner));
        self.report.scan_ended();
        if is_done
            && is_all
            && let Err(error) = self.report.look(&self.library, &mut prober)
        {
            tracing::error!(error = %format!("{error:#}"), "it is not known what is missing to play everything");
        }
        pause
    }
}

impl Scan {
    /// Says once of each folder that it went away, and once that it is back.
    fn tell_away(&self) {
        let found = match self.library.away() {
            Ok(found) => found,
            Err(error) => return tracing::error!(%error, "it is not known which folders are away"),
        };
        let mut before = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        let mut now = BTreeSet::new();
        for AwayFolder { path, tracks, videos } in found {
            let Some(path) = path else { continue };
            if !before.remove(&path) {
                tracing::warn!(
                    folder = %path.display(), tracks, videos,
                    "the folder is not there: is its disk plugged in? What lies in it is kept, and comes back with it"
                );
            }
            now.insert(path);
        }
        for path in std::mem::replace(&mut *before, now) {
            tracing::info!(folder = %path.display(), "the folder is there again");
        }
    }

    /// Says once how the library of another program, lying beside the media, is brought along.
    fn tell_of_libraries(&self) {
        if !self.libraries_told.swap(true, Ordering::Relaxed) {
            for path in libraries_in(&self.media) {
                tracing::info!(
                    "there is a library of iTunes: to bring its playlists, stars and counts along, run  iroam host import '{}'",
                    path.display()
                );
            }
        }
    }
}

/// A scan of some folders is told of only when it found something, and what it skipped is nothing that the next one of all did not tell.
fn tell(scanned: Result<ScanSummary, LibraryError>, is_all: bool, before: &mut HashSet<Skipped>) {
    match scanned {
        Ok(summary) if !is_all => {
            let ScanSummary { added, updated, missing, tracks, videos, elapsed_ms, .. } = summary;
            if added + updated + missing > 0 {
                tracing::info!(added, updated, missing, tracks, videos, elapsed_ms, "changes found");
            }
        }
        Ok(mut summary) => {
            let count = summary.skipped_total;
            // Of these it was told already.
            summary.skipped.retain(|skipped| !summary.away.iter().any(|away| away.to_string_lossy() == skipped.path));
            let (told, more) = news(std::mem::take(&mut summary.skipped), before);
            for Skipped { path, reason } in told {
                tracing::info!(%path, %reason, "skipped");
            }
            if more > 0 {
                tracing::info!("and {more} more skipped");
            }
            let ScanSummary { added, updated, missing, tracks, videos, elapsed_ms, .. } = summary;
            tracing::info!(added, updated, missing, skipped = count, tracks, videos, elapsed_ms, "scanned");
        }
        Err(LibraryError::Stopped) => {}
        Err(error) => tracing::error!(%error, "the scan failed"),
    }
}

/// The first of those that the scan before did not skip, and how many more there are.
fn news(skipped: Vec<Skipped>, before: &mut HashSet<Skipped>) -> (Vec<Skipped>, usize) {
    let mut new: Vec<Skipped> = skipped.iter().filter(|skipped| !before.contains(skipped)).cloned().collect();
    *before = skipped.into_iter().collect();
    let more = new.len().saturating_sub(SKIPPED_TOLD);
    new.truncate(SKIPPED_TOLD);
    (new, more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn skipped(numbers: std::ops::Range<usize>) -> Vec<Skipped> {
        numbers.map(|number| Skipped { path: format!("/media/{number}.mp3"), reason: "no sound".to_owned() }).collect()
    }

    #[test]
    fn only_what_the_last_scan_did_not_skip_is_told_and_not_too_much_of_it() {
        let mut before = HashSet::new();
        assert_eq!(news(skipped(0..25), &mut before), (skipped(0..20), 5));
        assert_eq!(news(skipped(0..25), &mut before), (vec![], 0));
        assert_eq!(news(skipped(3..27), &mut before), (skipped(25..27), 0));
        // Back after one scan without it.
        assert_eq!(news(skipped(0..4), &mut before), (skipped(0..3), 0));
    }

    #[test]
    fn a_scan_that_never_comes_back_holds_up_neither_the_stop_nor_the_end() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (begun, begin) = mpsc::channel();
        let (_never, wait) = mpsc::channel::<()>();
        let scan = std::sync::Mutex::new((begun, wait));
        runtime.block_on(async move {
            let hangs = Arc::new(move |_| {
                let scan = scan.lock().expect("one scan at a time");
                let _ = scan.0.send(());
                let _ = scan.1.recv();
                EVERY
            });
            let scans = Scans::keep(hangs, Arc::default(), Arc::default(), None, None);
            tokio::task::spawn_blocking(move || begin.recv()).await.expect("joined").expect("a scan began");
            scans.stop().await;
        });
        // Waits for the runtime's own threads, for ever if one of them were the scan's.
        drop(runtime);
    }
}
