//! Workers at rest: of each lane the one that has its files open, and some started in advance.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::child::Worker;
use super::lanes::LaneKey;
use super::spawner::Spawner;
use crate::host::media::error::MediaError;

/// Workers started in advance: a film takes two at once, for pictures and sound.
const SPARE: usize = 2;
/// Workers that rest; one over that goes, the one that has rested longest.
const RESTING_MAX: usize = 16;
/// A worker at rest holds some 25 MiB of its own, another one is at hand within a moment: so a session that pauses soon holds none.
const REST_MAX: Duration = Duration::from_secs(15);
const SWEEP_EVERY: Duration = Duration::from_secs(3);

pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    spawner: Spawner,
    /// A worker that takes longer to start is broken.
    start_max: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    resting: HashMap<LaneKey, Resting>,
    spare: Vec<Worker>,
    /// Asked for and not yet started.
    starting: usize,
    is_closed: bool,
}

struct Resting {
    worker: Worker,
    since: Instant,
}

impl Pool {
    /// Starts the first workers. `start_max`: how long a worker may take to start, which the first time includes looking at every plugin.
    pub fn start(exe: PathBuf, registry: PathBuf, start_max: Duration) -> Result<Self, MediaError> {
        if let Some(dir) = registry.parent() {
            std::fs::create_dir_all(dir).map_err(MediaError::internal)?;
        }
        let spawner = Spawner::start(exe, registry).map_err(MediaError::internal)?;
        // The first brings the registry up to date, and the others are to find it so: they are started after its first job.
        let first = spawner.spawn_now(true).map_err(not_started)?;
        let state = State { spare: vec![first], ..State::default() };
        let shared = Arc::new(Shared { spawner, start_max, state: Mutex::new(state) });
        tokio::spawn(sweep(Arc::downgrade(&shared)));
        Ok(Self { shared })
    }

    /// The lane's own worker, or one that has begun nothing; started and ready. To be put back after a job that was answered.
    pub async fn take(&self, lane: LaneKey) -> Result<Worker, MediaError> {
        let (own, spare) = {
            let mut state = self.shared.lock();
            if state.is_closed {
                return Err(MediaError::Busy);
            }
            let own = state.resting.remove(&lane).map(|resting| resting.worker);
            let spare = if own.is_none() && !state.spare.is_empty() { Some(state.spare.remove(0)) } else { None };
            (own, spare)
        };
        let mut worker = match own.or(spare) {
            Some(worker) => worker,
            None => self.shared.spawner.spawn(false).await.map_err(not_started)?,
        };
        match tokio::time::timeout(self.shared.start_max, worker.ready()).await {
            Ok(Ok(())) => Ok(worker),
            Ok(Err(error)) => Err(not_started(error)),
            Err(_) => Err(not_started(std::io::Error::from(std::io::ErrorKind::TimedOut))),
        }
    }

    /// Lets a worker rest until its lane's next job.
    pub fn put_back(&self, lane: LaneKey, worker: Worker) {
        let mut state = self.shared.lock();
        if !state.is_closed {
            state.resting.insert(lane, Resting { worker, since: Instant::now() });
            if state.resting.len() > RESTING_MAX
                && let Some(longest) = state.resting.iter().min_by_key(|(_, resting)| resting.since).map(|(lane, _)| *lane)
            {
                state.resting.remove(&longest);
            }
        }
    }

    /// Starts workers in advance where they are missing. After a job rather than before it, so as not to slow that one down.
    pub fn restock(&self) {
        loop {
            {
                let mut state = self.shared.lock();
                if state.is_closed || state.spare.len() + state.starting >= SPARE {
                    return;
                }
                state.starting += 1;
            }
            let shared = self.shared.clone();
            tokio::spawn(async move {
                let spawned = shared.spawner.spawn(false).await;
                let mut state = shared.lock();
                state.starting -= 1;
                match spawned {
                    Ok(worker) if !state.is_closed => state.spare.push(worker),
                    Ok(_) => {}
                    Err(error) => drop(not_started(error)),
                }
            });
        }
    }

    /// Waits until the workers of a closed pool are gone.
    pub async fn all_gone(&self) {
        self.shared.spawner.all_gone().await;
    }

    /// Kills all that rest, and lets no other rest any more.
    pub fn close(&self) {
        let mut state = self.shared.lock();
        state.is_closed = true;
        state.resting.clear();
        state.spare.clear();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_started(error: std::io::Error) -> MediaError {
    tracing::error!(%error, "a media worker could not be started");
    MediaError::internal("a media worker could not be started")
}

/// Lets go of workers that have rested for long, until the pool is gone.
async fn sweep(pool: Weak<Shared>) {
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        let Some(shared) = pool.upgrade() else { return };
        shared.lock().resting.retain(|_, resting| resting.since.elapsed() < REST_MAX);
    }
}
