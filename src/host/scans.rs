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
    pub fn start(library: Library, media: Vec<PathBuf>, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let (stop, wake) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
        let hangup = if hangup_ends() { None } else { Some(signal(SignalKind::hangup())?) };
        let task = tokio::spawn(keep_scanning(library, media.into(), clock, stop.clone(), wake.clone(), hangup));
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

async fn keep_scanning(
    library: Library,
    media: Arc<[PathBuf]>,
    clock: Arc<dyn Clock>,
    stop: Arc<AtomicBool>,
    wake: Arc<Notify>,
    mut hangup: Option<Signal>,
) {
    while !stop.load(Ordering::Relaxed) {
        let (library, media, clock, stop) = (library.clone(), media.clone(), clock.clone(), stop.clone());
        let scanned = tokio::task::spawn_blocking(move || library.scan(&media, &*clock, &stop)).await;
        match scanned {
            Ok(scanned) => tell(scanned),
            Err(error) => tracing::error!(%error, "a scan broke off"),
        }
        tokio::select! {
            () = sleep(EVERY) => {}
            () = asked(&mut hangup) => {}
            () = wake.notified() => {}
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
