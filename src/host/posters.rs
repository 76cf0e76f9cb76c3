//! Makes pictures of videos that bring none, in the background and one at a time.

use std::collections::HashSet;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::library::{Bare, Library, LibraryError};
use super::media::{Engine, MediaError, Source};
use crate::protocol::MediaKind;
use crate::types::TrackId;

/// How often the library is looked at; it is one query when there is nothing to do.
const EVERY: Duration = Duration::from_secs(20);

/// The work, which ends when this is dropped.
pub struct Posters(JoinHandle<()>);

impl Posters {
    pub fn start(library: Library, engine: Engine) -> Self {
        Self(tokio::spawn(keep_making(library, engine)))
    }
}

impl Drop for Posters {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn keep_making(library: Library, engine: Engine) {
    // Those that wait for something to be installed, which takes a new start.
    let mut lacking = HashSet::new();
    loop {
        if !library.is_scanning()
            && let Err(error) = make_all(&library, &engine, &mut lacking).await
        {
            tracing::warn!(%error, "posters could not be made");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn make_all(library: &Library, engine: &Engine, lacking: &mut HashSet<TrackId>) -> Result<(), LibraryError> {
    for video in ask(library, Library::bare_videos).await? {
        if lacking.contains(&video.track) {
            continue;
        }
        let known = video.clone();
        if ask(library, move |library| library.reuse_poster(&known)).await? {
            continue;
        }
        let Bare { track, path, mtime_ms, size } = video.clone();
        let made = match engine.poster(Source { track, path, kind: MediaKind::Video, mtime_ms, size }).await {
            Ok(jpeg) => Some(jpeg),
            // So it is with this file: not tried again until it changes.
            Err(MediaError::Unplayable(_) | MediaError::NotFound { .. }) => None,
            Err(MediaError::MissingPlugin(_)) => {
                lacking.insert(track);
                continue;
            }
            Err(_) => continue,
        };
        ask(library, move |library| library.keep_poster(&video, made.as_deref())).await?;
    }
    Ok(())
}

/// Runs a question to the library where it may block.
async fn ask<T: Send + 'static>(
    library: &Library,
    question: impl FnOnce(&Library) -> Result<T, LibraryError> + Send + 'static,
) -> Result<T, LibraryError> {
    let library = library.clone();
    tokio::task::spawn_blocking(move || question(&library)).await.map_err(|_| LibraryError::Stopped)?
}
