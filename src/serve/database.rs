//! How serve lives with a database that may go away: waits for it at the start, watches it, and tells of it once.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::data_dir::{DataDir, DataDirError};
use super::data_place::DataPlace;
use super::state::State;
use crate::store::{Store, StoreError};

/// Between two tries to reach it at the start.
const TRY_EVERY: Duration = Duration::from_secs(1);
/// How often the watch asks: soon after it went, sooner while it is away.
const ASK_EVERY: Duration = Duration::from_secs(5);
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// An answer that takes longer is none to those who can do without.
const BRIEFLY: Duration = Duration::from_secs(2);
/// Between two lines of the log about what each request would repeat.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// Whether the database answers, as far as the watch knows.
#[derive(Default)]
pub struct Health {
    is_away: AtomicBool,
    /// Whether the log says that it is away, by this watch.
    is_told: AtomicBool,
    ailment: Mutex<Option<Ailment>>,
}

impl Health {
    pub fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }

    /// Whether it answers, but cannot do all that is asked of it.
    pub fn is_ailing(&self) -> bool {
        self.ailment().is_some()
    }

    fn ailment(&self) -> Option<Ailment> {
        self.ailment.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes note, and tells the operator of a change.
    fn note_ailment(&self, found: Option<Ailment>) {
        let before = mem::replace(&mut *self.ailment.lock().unwrap_or_else(PoisonError::into_inner), found.clone());
        match found {
            Some(ailment) if before.as_ref() != Some(&ailment) => tracing::warn!("{ailment}"),
            None if before.is_some() => tracing::info!("the database takes changes again"),
            _ => {}
        }
    }

    /// Takes note, and tells the operator of a change, unless the store itself has: it does when it loses a server.
    fn note(&self, answer: &Result<(), StoreError>) {
        metrics::gauge!("iroam_store_up").set(if answer.is_ok() { 1.0 } else { 0.0 });
        self.is_away.store(answer.is_err(), Ordering::Relaxed);
        let is_ours_to_tell = matches!(answer, Err(error) if !matches!(error, StoreError::Unavailable(_)));
        let was_told = self.is_told.swap(is_ours_to_tell, Ordering::Relaxed);
        match answer {
            Err(error) if is_ours_to_tell && !was_told => tracing::error!("the database does not answer: {error}"),
            Ok(()) if was_told => tracing::info!("the database answers"),
            _ => {}
        }
    }
}

/// What is wrong with a database that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ailment {
    TakesNoChanges,
    Damaged(String),
}

impl fmt::Display for Ailment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TakesNoChanges => {
                write!(f, "the database takes no changes: another process holds its lock, or has all of its time; stop that process")
            }
            Self::Damaged(detail) => write!(f, "the database is damaged ({detail}): restore it from a backup"),
        }
    }
}

/// Looks for what reading nothing does not show; `known` where that cannot be told now.
async fn ailment(store: &Store, known: Option<Ailment>) -> Option<Ailment> {
    if let Some(detail) = store.damage() {
        return Some(Ailment::Damaged(detail.to_owned()));
    }
    match timeout(BRIEFLY, store.takes_changes()).await {
        Err(_) => Some(Ailment::TakesNoChanges),
        Ok(Ok(())) => None,
        Ok(Err(_)) => known,
    }
}

/// Opens the data. A database server that was started together with this one, as after a reboot, is waited for.
pub async fn open(place: &DataPlace, patience: Duration) -> anyhow::Result<DataDir> {
    let deadline = Instant::now() + patience;
    let mut is_told = false;
    loop {
        match DataDir::open(place).await {
            Err(DataDirError::Store(error @ StoreError::Unavailable(_))) if Instant::now() < deadline => {
                if !is_told {
                    tracing::warn!("waiting for the database {}, {} s at most: {error}", place.location(), patience.as_secs());
                    is_told = true;
                }
                sleep(TRY_EVERY).await;
            }
            Err(error @ DataDirError::Store(StoreError::Unavailable(_))) => {
                return Err(anyhow::Error::new(error).context(format!("waited {} s in vain", patience.as_secs())));
            }
            opened => return Ok(opened?),
        }
    }
}

/// Asks the database whether it is there, for ever.
pub async fn watch(state: Arc<State>) {
    loop {
        let answer = briefly(state.store.answers()).await;
        // A full queue is an answer too.
        let answer = answer.or_else(|error| if matches!(error, StoreError::Busy) { Ok(()) } else { Err(error) });
        state.database.note(&answer);
        if answer.is_ok() {
            let found = ailment(&state.store, state.database.ailment()).await;
            state.database.note_ailment(found);
        }
        sleep(if answer.is_ok() { ASK_EVERY } else { ASK_AGAIN_AFTER }).await;
    }
}

/// `asked`'s answer, unless the database is known to be away or takes long: for those who can do without.
pub async fn if_there<T>(state: &State, asked: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    if state.database.is_away() {
        return Err(StoreError::Unavailable("it did not answer when last asked".to_owned()));
    }
    briefly(asked).await
}

async fn briefly<T>(asked: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let silence = || Err(StoreError::Unavailable(format!("no answer within {} s", BRIEFLY.as_secs())));
    timeout(BRIEFLY, asked).await.unwrap_or_else(|_| silence())
}

/// Tells the operator why a request failed.
pub fn report(error: &StoreError) {
    static FULL: Told = Told(Mutex::new(None));
    match error {
        StoreError::Full if !FULL.is_due() => {}
        // The watch tells of it, once.
        error if error.is_temporary() => tracing::debug!("{error}"),
        error => tracing::error!("{error}"),
    }
}

/// When a line was last written.
struct Told(Mutex<Option<Instant>>);

impl Told {
    fn is_due(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| last.elapsed() >= TOLD_EVERY);
        if is_due {
            *last = Some(Instant::now());
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_is_due_once_a_while() {
        let told = Told(Mutex::new(None));
        assert_eq!([told.is_due(), told.is_due()], [true, false]);
        let long_ago = Instant::now().checked_sub(TOLD_EVERY).expect("this machine has run for a minute");
        *told.0.lock().expect("no panic") = Some(long_ago);
        assert_eq!([told.is_due(), told.is_due()], [true, false]);
    }

    #[test]
    fn a_database_is_away_until_it_answers() {
        let health = Health::default();
        let seen = [Ok(()), Err(StoreError::Unavailable("gone".to_owned())), Err(StoreError::Closed), Ok(())].map(|answer| {
            health.note(&answer);
            health.is_away()
        });
        assert_eq!(seen, [false, true, true, false]);
    }
}
