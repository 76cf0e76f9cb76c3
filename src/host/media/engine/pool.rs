//! A worker for each play session, and one started in advance.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OwnedMutexGuard;

use super::child::{Made, Worker};
use crate::host::media::error::MediaError;
use crate::host::media::job::Job;
use crate::types::SessionId;

/// Sessions that can be served at once: each may keep a core busy for a moment and some 40 MB of memory for long.
const SESSIONS_MAX: usize = 8;
/// A session that asks for nothing for so long loses its worker; its next request gets another.
const IDLE_MAX: Duration = Duration::from_secs(60);
const SWEEP_EVERY: Duration = Duration::from_secs(10);

pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    exe: PathBuf,
    registry: PathBuf,
    request_timeout: Duration,
    /// The registry of plugins is brought up to date once, by the first worker.
    scanned: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sessions: HashMap<SessionId, Entry>,
    spare: Option<Worker>,
    closed: bool,
}

struct Entry {
    place: Place,
    last_used: Instant,
}

/// One at a time sits here: a session's requests are served in turn.
#[derive(Clone, Default)]
pub struct Place(Arc<tokio::sync::Mutex<Option<Worker>>>);

/// The right to use a session's worker; it may have none yet.
pub type Seat = OwnedMutexGuard<Option<Worker>>;

impl Place {
    pub async fn turn(&self) -> Seat {
        self.0.clone().lock_owned().await
    }
}

impl Pool {
    pub fn start(exe: PathBuf, registry: PathBuf, request_timeout: Duration) -> Result<Self, MediaError> {
        if let Some(dir) = registry.parent() {
            std::fs::create_dir_all(dir).map_err(MediaError::internal)?;
        }
        let shared = Arc::new(Shared { exe, registry, request_timeout, scanned: AtomicBool::new(false), state: Mutex::default() });
        let spare = shared.spawn()?;
        shared.lock().spare = Some(spare);
        tokio::spawn(sweep(Arc::downgrade(&shared)));
        Ok(Self { shared })
    }

    /// The session's place, a new one if need be. When all are taken, the one that has been idle longest makes room.
    pub fn seat(&self, session: SessionId) -> Result<Place, MediaError> {
        let mut state = self.shared.lock();
        if state.closed {
            return Err(MediaError::Busy);
        }
        if !state.sessions.contains_key(&session) && state.sessions.len() >= SESSIONS_MAX {
            let idle = state.sessions.iter().filter(|(_, entry)| Arc::strong_count(&entry.place.0) == 1);
            let longest = idle.min_by_key(|(_, entry)| entry.last_used).map(|(id, _)| *id).ok_or(MediaError::Busy)?;
            state.sessions.remove(&longest);
        }
        let now = Instant::now();
        let entry = state.sessions.entry(session).or_insert_with(|| Entry { place: Place::default(), last_used: now });
        entry.last_used = now;
        Ok(entry.place.clone())
    }

    /// The session's seat if it has a worker that is doing nothing and nobody waits for it.
    pub fn idle_seat(&self, session: SessionId) -> Option<Seat> {
        let place = self.shared.lock().sessions.get(&session)?.place.clone();
        place.0.try_lock_owned().ok()
    }

    /// Has the seat's worker do a job. A crash is tried once more with a fresh worker; a job that takes too long is not.
    pub async fn run(&self, seat: &mut Seat, job: &Job) -> Result<Made, MediaError> {
        for _ in 0..2 {
            // Taken out, so that a worker whose answer was not read to its end is never used again.
            let mut worker = match seat.take() {
                Some(worker) => worker,
                None => self.shared.take_spare()?,
            };
            match tokio::time::timeout(self.shared.request_timeout, worker.call(job)).await {
                Ok(Ok(answer)) => {
                    **seat = Some(worker);
                    self.shared.restock();
                    return answer;
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, "a media worker died");
                    worker.end().await;
                }
                Err(_) => {
                    tracing::warn!("a media worker took too long and was killed");
                    worker.end().await;
                    return Err(MediaError::unplayable("This file took too long to decode."));
                }
            }
        }
        Err(MediaError::unplayable("This file makes the host's decoder crash."))
    }

    pub fn remove(&self, session: SessionId) {
        self.shared.lock().sessions.remove(&session);
    }

    pub async fn shutdown(&self) {
        let (sessions, spare) = {
            let mut state = self.shared.lock();
            state.closed = true;
            (std::mem::take(&mut state.sessions), state.spare.take())
        };
        let mut workers = Vec::from_iter(spare);
        for entry in sessions.into_values() {
            // A request in progress ends within its own time limit.
            workers.extend(entry.place.turn().await.take());
        }
        for worker in workers {
            worker.end().await;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn(&self) -> Result<Worker, MediaError> {
        let scan = !self.scanned.swap(true, Ordering::Relaxed);
        Worker::spawn(&self.exe, &self.registry, scan).map_err(|error| {
            tracing::error!(%error, "a media worker could not be started");
            MediaError::internal("a media worker could not be started")
        })
    }

    /// The worker started in advance, or a new one.
    fn take_spare(&self) -> Result<Worker, MediaError> {
        let spare = self.lock().spare.take();
        spare.map_or_else(|| self.spawn(), Ok)
    }

    /// Starts a worker in advance where there is none. After a job rather than before it, so as not to slow that one down.
    fn restock(&self) {
        let wanted = |state: &State| state.spare.is_none() && !state.closed;
        if wanted(&self.lock())
            && let Ok(worker) = self.spawn()
        {
            let mut state = self.lock();
            if wanted(&state) {
                state.spare = Some(worker);
            }
        }
    }
}

/// Ends the workers of idle sessions, until the pool is gone.
async fn sweep(pool: std::sync::Weak<Shared>) {
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        let Some(shared) = pool.upgrade() else { return };
        shared.lock().sessions.retain(|_, entry| entry.last_used.elapsed() < IDLE_MAX || Arc::strong_count(&entry.place.0) > 1);
    }
}
