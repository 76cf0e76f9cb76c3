//! Scans at the start, every so often, and when asked by SIGHUP (where no terminal sends it).

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::library::{Library, LibraryError, ScanSummary};
use super::media::{Prober, WorkerConfig};
use super::report::Report;
use crate::types::Clock;

const EVERY: Duration = Duration::from_secs(15 * 60);

/// The running scans.
pub struct Scans {
    stop: Arc<AtomicBool>,
    wake: Arc<Notify>,
    task: JoinHandle<()>,
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
        let scan = Scan { library, media, worker, report, clock, stop: stop.clone() };
        let task = tokio::spawn(keep_scanning(Arc::new(scan), wake.clone(), hangup));
        Ok(Self { stop, wake, task })
    }

    /// Stops after the file that is being read, and waits for it.
    pub async fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.wake.notify_one();
        let _ = self.task.await;
    }
}

/// Whether SIGHUP means that the host's terminal was closed, and the host is to end, rather than that it is to scan.
pub fn hangup_ends() -> bool {
    std::io::stdin().is_terminal() || std::io::stdout().is_terminal()
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
}

async fn keep_scanning(scan: Arc<Scan>, wake: Arc<Notify>, mut hangup: Option<Signal>) {
    while !scan.stop.load(Ordering::Relaxed) {
        let now = scan.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || now.run()).await {
            tracing::error!(%error, "a scan broke off");
        }
        tokio::select! {
            () = sleep(EVERY) => {}
            () = asked(&mut hangup) => {}
            () = wake.notified() => {}
        }
    }
}

impl Scan {
    fn run(&self) {
        // Its process lives as long as the scan does.
        let mut prober = Prober::new(self.worker.clone());
        let scanned = self.library.scan(&self.media, &mut prober, &*self.clock, &self.stop);
        let is_done = scanned.is_ok();
        tell(scanned);
        self.report.scan_ended();
        if is_done && let Err(error) = self.report.look(&self.library, &mut prober) {
            tracing::error!(error = %format!("{error:#}"), "it is not known what is missing to play everything");
        }
    }
}

fn tell(scanned: Result<ScanSummary, LibraryError>) {
    match scanned {
        Ok(summary) => {
            for skipped in &summary.skipped {
                tracing::debug!(path = %skipped.path, reason = %skipped.reason, "skipped");
            }
            let ScanSummary { added, updated, missing, tracks, videos, elapsed_ms, .. } = summary;
            tracing::info!(added, updated, missing, skipped = summary.skipped.len(), tracks, videos, elapsed_ms, "scanned");
        }
        Err(LibraryError::Stopped) => {}
        Err(error) => tracing::error!(%error, "the scan failed"),
    }
}
