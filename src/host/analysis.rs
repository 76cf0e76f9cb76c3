//! Listening to the library in the background, one track at a time, while nobody plays anything.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::library::{Library, LibraryError, Unheard};
use super::media::{Engine, Head, Heard, MediaError, Source, Task};
use super::report::Report;

/// Somebody plays as long as the last request for media is not older.
const QUIET: Duration = Duration::from_secs(20);
/// How often it is looked whether somebody does.
const LOOK: Duration = Duration::from_secs(1);

/// The running analysis.
pub struct Analysis {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

struct Listener {
    library: Library,
    engine: Engine,
    report: Report,
}

/// Why a track was not heard to its end.
enum Broken {
    /// Somebody plays: it begins anew later.
    Pause,
    Media(MediaError),
}

impl Analysis {
    /// Begins after the first scan.
    pub fn start(library: Library, engine: Engine, report: Report) -> Self {
        let stop = CancellationToken::new();
        let listener = Listener { library, engine, report };
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            tokio::select! {
                () = listener.keep_listening() => {}
                () = stopped.cancelled() => {}
            }
        });
        Self { stop, task }
    }

    /// Breaks off what is being listened to, and waits for it.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ = self.task.await;
    }
}

impl Listener {
    async fn keep_listening(&self) {
        loop {
            self.report.scanned().await;
            if let Err(error) = self.pass().await {
                tracing::error!(%error, "the analysis failed");
            }
        }
    }

    /// Listens to all that has not been listened to, newest first. What was noted before a restart stays noted.
    async fn pass(&self) -> Result<(), LibraryError> {
        self.count().await?;
        let (mut last, mut heard, mut failed) = (None, 0u64, 0u64);
        while let Some(next) = self.next(last.clone()).await? {
            if heard + failed == 0 {
                tracing::info!("listening to new tracks in the background");
            }
            match self.hear(&next).await {
                Ok((told, waveform)) => {
                    self.note(next.clone(), Ok((told, waveform))).await?;
                    heard += 1;
                }
                // Not the file's fault: the next scan or start finds it unheard.
                Err(MediaError::Gone | MediaError::Changed | MediaError::Busy | MediaError::Internal(_) | MediaError::MissingPlugin(_)) => {
                }
                Err(error) => {
                    self.note(next.clone(), Err(error.to_string())).await?;
                    failed += 1;
                }
            }
            last = Some(next);
        }
        if heard + failed > 0 {
            tracing::info!(heard, failed, "listened to the library");
        }
        Ok(())
    }

    /// Hears a whole track, whoever interrupts. A worker that dies is tried once more: it may have been killed for another's sake.
    async fn hear(&self, track: &Unheard) -> Result<(Heard, Vec<u8>), MediaError> {
        let mut crashes = 0;
        loop {
            self.wait_for_quiet().await;
            match self.hear_undisturbed(track).await {
                Ok(heard) => return Ok(heard),
                Err(Broken::Pause) => {}
                Err(Broken::Media(MediaError::Unplayable(_))) if crashes == 0 => crashes += 1,
                Err(Broken::Media(error)) => return Err(error),
            }
        }
    }

    async fn hear_undisturbed(&self, track: &Unheard) -> Result<(Heard, Vec<u8>), Broken> {
        let Unheard { track, path, kind, mtime_ms, size, .. } = track.clone();
        let source = Source { track, path, kind, mtime_ms, size };
        let made = tokio::select! {
            made = self.engine.background(source, Task::Analyse) => made.map_err(Broken::Media)?,
            // Its worker is killed, so that who plays has the machine at once.
            () = self.wait_for_noise() => return Err(Broken::Pause),
        };
        match made {
            (Head::Heard(heard), waveform) => Ok((heard, waveform.to_vec())),
            _ => Err(Broken::Media(MediaError::internal("an analysis came without its numbers"))),
        }
    }

    fn is_disturbed(&self) -> bool {
        self.library.is_scanning() || self.engine.is_listened_to(QUIET)
    }

    async fn wait_for_quiet(&self) {
        while self.is_disturbed() {
            self.report.pause_analysis(true);
            sleep(LOOK).await;
        }
        self.report.pause_analysis(false);
    }

    async fn wait_for_noise(&self) {
        while !self.engine.is_listened_to(QUIET) {
            sleep(LOOK).await;
        }
    }

    async fn next(&self, last: Option<Unheard>) -> Result<Option<Unheard>, LibraryError> {
        self.ask(move |library| library.unheard(last.as_ref())).await
    }

    async fn note(&self, track: Unheard, outcome: Result<(Heard, Vec<u8>), String>) -> Result<(), LibraryError> {
        // A scan writes much at a time, and is soon over.
        while self.library.is_scanning() {
            sleep(LOOK).await;
        }
        self.ask(move |library| {
            let outcome = outcome.as_ref().map(|(heard, waveform)| (*heard, waveform.as_slice())).map_err(String::as_str);
            library.note_heard(&track, outcome)
        })
        .await?;
        self.report.one_heard();
        Ok(())
    }

    async fn count(&self) -> Result<(), LibraryError> {
        let (heard, tracks) = self.ask(|library| library.heard()).await?;
        self.report.analysed(heard, tracks);
        Ok(())
    }

    /// Runs a question to the library where it may block.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Library) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, LibraryError> {
        let library = self.library.clone();
        tokio::task::spawn_blocking(move || question(&library)).await.unwrap_or(Err(LibraryError::Stopped))
    }
}
