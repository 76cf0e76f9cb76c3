//! Keeps what listeners made: a copy of it every day. And notices what other programs write to the library, such as an import beside the host.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::library::{Library, LibraryError, Outside};
use crate::types::Clock;

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often it is asked whether today's copy is there.
const COPY_EVERY: Duration = Duration::from_secs(60 * 60);

/// The work, which ends when this is dropped.
pub struct Keeping(JoinHandle<()>);

impl Keeping {
    pub fn start(library: Library, clock: Arc<dyn Clock>) -> Self {
        Self(tokio::spawn(keep(library, clock)))
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn keep(library: Library, clock: Arc<dyn Clock>) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut outside, mut copied) = (None, None::<Instant>);
    loop {
        ticks.tick().await;
        if copied.is_none_or(|at| at.elapsed() >= COPY_EVERY) {
            let (library, now) = (library.clone(), clock.now());
            if let Ok(Err(error)) = tokio::task::spawn_blocking(move || library.copy_listeners(now)).await {
                tracing::error!(%error, "what listeners made could not be copied");
            }
            copied = Some(Instant::now());
        }
        let (library, before) = (library.clone(), outside.take());
        match tokio::task::spawn_blocking(move || look(&library, before)).await {
            Ok(Ok(looked)) => outside = Some(looked),
            Ok(Err(error)) => tracing::warn!(%error, "it is not known what other programs write to the library"),
            Err(error) => tracing::error!(%error, "a look at the library broke off"),
        }
    }
}

fn look(library: &Library, outside: Option<Outside>) -> Result<Outside, LibraryError> {
    let mut outside = outside.map_or_else(|| library.outside(), Ok)?;
    outside.look()?;
    Ok(outside)
}
