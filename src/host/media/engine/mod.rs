//! The parent's half: finds a segment in the cache, or has a worker make it.

mod admission;
mod asked;
mod background;
mod cache;
mod child;
mod encoder;
mod extras;
mod lanes;
mod maker;
mod making;
mod pool;
mod queue;
mod scheduler;
mod segment;
mod spawner;
mod watch;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio_util::task::TaskTracker;

use super::error::MediaError;
use super::job::{Head, Task, Trial};
use crate::protocol::Timeline;
use crate::types::SessionId;
use admission::Admission;
use asked::Asked;
pub use asked::{Source, Wanted};
use cache::{Cache, Name};
use child::Made;
use encoder::Encoder;
use lanes::Patience;
use maker::Maker;
use making::{Listener, Making};
use pool::Pool;
use scheduler::{Place, Scheduler};
pub use segment::{Chunks, Segment};

/// What is being made is given so long to end when the engine ends.
const SHUTDOWN_MAX: Duration = Duration::from_secs(3);

pub struct EngineConfig {
    /// Holds the segments; made when it is not there.
    pub cache_dir: PathBuf,
    pub cache_bytes_max: u64,
    /// The program whose `media-worker` subcommand is the worker: normally this very one.
    pub worker_exe: PathBuf,
    /// Where GStreamer keeps what it knows of its plugins.
    pub registry_path: PathBuf,
    /// A worker that takes longer to start, or over one step of a job, is killed. Most jobs have shorter limits of their own.
    pub request_timeout: Duration,
}

/// Cheap to clone. Dropping a future of it is safe: its work is skipped if it has not begun, and cached if it has.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    cache: Cache,
    pool: Pool,
    scheduler: Scheduler,
    request_timeout: Duration,
    makings: Mutex<HashMap<Name, Entry>>,
    admission: Mutex<Admission>,
    encoder: Encoder,
    /// When somebody last asked for something to play.
    listened: Mutex<Option<Instant>>,
    /// Held by what is done in the background: one at a time.
    background: tokio::sync::Mutex<()>,
    tasks: TaskTracker,
}

/// Something that is being made, and its place in the queue while it waits.
struct Entry {
    making: Arc<Making>,
    place: Option<Place>,
}

impl Engine {
    /// Opens the cache and starts the first worker. Must be called in a tokio runtime.
    pub fn start(config: EngineConfig) -> Result<Self, MediaError> {
        let cache = Cache::open(config.cache_dir.clone(), config.cache_bytes_max).map_err(MediaError::internal)?;
        let pool = Pool::start(config.worker_exe, config.registry_path, config.request_timeout)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let shared = Arc::new(Shared {
            cache,
            pool,
            scheduler: Scheduler::new(cores),
            request_timeout: config.request_timeout,
            makings: Mutex::default(),
            admission: Mutex::default(),
            encoder: Encoder::default(),
            listened: Mutex::default(),
            background: tokio::sync::Mutex::default(),
            tasks: TaskTracker::new(),
        });
        Ok(Self { shared })
    }

    /// Finds out which encoder of pictures works, before somebody needs it.
    pub fn try_encoder(&self) {
        let shared = self.shared.clone();
        self.shared.tasks.spawn(async move { drop(encoder::wait(&shared).await) });
    }

    /// The timeline and the init segment of a rendition.
    pub async fn init(&self, wanted: Wanted) -> Result<(Timeline, Bytes), MediaError> {
        let listener = self.shared.clone().listen(wanted.asking(Task::Init(wanted.encoding)), Some(Duration::ZERO)).await?;
        let Made { head, body } = listener.whole().await?;
        match head {
            Head::Timeline(timeline) => Ok((timeline, body)),
            _ => Err(MediaError::internal("an init came without a timeline")),
        }
    }

    /// One media segment; the same bytes for the same (file, encoding, index), whoever asks and in whatever order.
    /// `ahead`: how long the listener can wait for it; `None` when nobody listens yet.
    pub async fn segment(&self, wanted: Wanted, index: u32, ahead: Option<Duration>) -> Result<Segment, MediaError> {
        let task = Task::Segment { encoding: wanted.encoding, index };
        let listener = self.shared.clone().listen(wanted.asking(task), ahead).await?;
        Segment::begun(listener).await
    }

    /// What belongs to a track beside sound and pictures. `cached`: it depends on the file alone, so it is kept like a segment.
    pub async fn extra(&self, session: SessionId, source: Source, task: Task, cached: bool) -> Result<(Head, Bytes), MediaError> {
        let ahead = Some(Duration::from_secs(if matches!(task, Task::Preview) { 10 } else { 1 }));
        let asked = Asked { session: Some(session), source, task, video_encoder: None };
        let made = self.shared.clone().listen_to(asked, ahead, cached).await?.whole().await?;
        Ok((made.head, made.body))
    }

    /// What nobody waits for, one at a time and when nothing else runs. Dropping it stops it.
    pub async fn background(&self, source: Source, task: Task) -> Result<(Head, Bytes), MediaError> {
        let asked = Asked { session: None, source, task, video_encoder: None };
        let made = background::run(&self.shared, &asked).await?;
        Ok((made.head, made.body))
    }

    /// The encoder of pictures; `None` until one has proven itself.
    pub fn video_encoder(&self) -> Option<Trial> {
        self.shared.encoder.now()
    }

    /// Whether anybody has asked for something to play within so long.
    pub fn is_listened_to(&self, within: Duration) -> bool {
        lock(&self.shared.listened).is_some_and(|last| last.elapsed() < within)
    }

    /// Finishes what is being made, then kills every worker and waits until they are gone; both for a few seconds at most.
    pub async fn shutdown(&self) {
        self.shared.pool.close();
        self.shared.tasks.close();
        let end = async {
            self.shared.tasks.wait().await;
            self.shared.pool.all_gone().await;
        };
        if tokio::time::timeout(SHUTDOWN_MAX, end).await.is_err() {
            tracing::warn!("some media was still being made at the end");
        }
    }
}

impl Shared {
    async fn listen(self: Arc<Self>, mut asked: Asked, ahead: Option<Duration>) -> Result<Listener, MediaError> {
        *lock(&self.listened) = Some(Instant::now());
        if !asked.is_sensible() {
            return Err(MediaError::NotFound { what: "This track has no pictures.".to_owned() });
        }
        if asked.encodes_pictures() {
            asked.video_encoder = Some(encoder::wait(&self).await?.encoder);
        }
        self.listen_to(asked, ahead, true).await
    }

    async fn listen_to(self: Arc<Self>, asked: Asked, ahead: Option<Duration>, cached: bool) -> Result<Listener, MediaError> {
        let name = asked.name();
        if asked.encodes_pictures()
            && let Some(session) = asked.session
        {
            lock(&self.admission).refresh(session, Instant::now());
        }
        if cached && let Some(made) = self.cache.get(&name).await {
            if let Some(next) = asked.following() {
                self.make_ahead(next);
            }
            let making = Making::new();
            let listener = making.listen();
            making.end(Ok(made));
            return Ok(listener);
        }
        let urgency = self.scheduler.urgency(ahead);
        let mut makings = lock(&self.makings);
        if let Some(entry) = makings.get(&name) {
            if let Some(place) = entry.place {
                self.scheduler.hasten(place, urgency);
            }
            return Ok(entry.making.listen());
        }
        if asked.encodes_pictures()
            && let Some(session) = asked.session
        {
            lock(&self.admission).admit(session, encoding_of(&asked)?, self.encoder.now().as_ref(), Instant::now())?;
        }
        let waiting = self.scheduler.queue_up(asked.lane(), lanes::cost(&asked.task), urgency)?;
        let making = Arc::new(Making::new());
        let listener = making.listen();
        makings.insert(name.clone(), Entry { making: making.clone(), place: Some(waiting.place()) });
        drop(makings);
        let maker = Maker { shared: self.clone(), name, asked, making, cached };
        self.tasks.spawn(maker.queued(waiting));
        Ok(listener)
    }

    /// Makes what will be asked for next, if that delays nobody. Failure is for the request that really wants it.
    fn make_ahead(self: Arc<Self>, asked: Asked) {
        let name = asked.name();
        let mut makings = lock(&self.makings);
        if makings.contains_key(&name) || self.cache.knows(&name) {
            return;
        }
        let Some(turn) = self.scheduler.ahead(asked.lane(), lanes::cost(&asked.task)) else { return };
        let making = Arc::new(Making::new());
        makings.insert(name.clone(), Entry { making: making.clone(), place: None });
        drop(makings);
        let maker = Maker { shared: self.clone(), name, asked, making, cached: true };
        self.tasks.spawn(maker.ahead(turn));
    }

    fn patience(&self, task: &Task) -> Patience {
        let Patience { first, next } = lanes::patience(task);
        Patience { first: first.min(self.request_timeout), next: next.min(self.request_timeout) }
    }

    /// Takes a making out of the table if it is that one.
    fn forget(&self, name: &Name, making: &Arc<Making>) {
        let mut makings = lock(&self.makings);
        if makings.get(name).is_some_and(|entry| Arc::ptr_eq(&entry.making, making)) {
            makings.remove(name);
        }
    }
}

/// Forgets a making that nobody listens to, so that nobody can begin to; false when somebody has.
fn unmake(shared: &Shared, name: &Name, making: &Arc<Making>) -> bool {
    let mut makings = lock(&shared.makings);
    if making.is_wanted() {
        return false;
    }
    if makings.get(name).is_some_and(|entry| Arc::ptr_eq(&entry.making, making)) {
        makings.remove(name);
    }
    true
}

fn encoding_of(asked: &Asked) -> Result<crate::protocol::Rendition, MediaError> {
    asked.encoding().map(|encoding| encoding.rendition).ok_or_else(|| MediaError::internal("this has no rendition"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
