//! The parent's half: finds a segment in the cache, or has a worker make it.

mod cache;
mod child;
mod extras;
mod pool;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::ENGINE_VERSION;
use super::error::MediaError;
use super::job::{Encoding, Head, Job, Task};
use crate::protocol::{MediaKind, Rendition, Role, Timeline};
use crate::types::{SessionId, TrackId};
use cache::{Cache, Name};
use child::Made;
use pool::{Pool, Seat};

pub struct EngineConfig {
    /// Holds the segments; made when it is not there.
    pub cache_dir: PathBuf,
    pub cache_bytes_max: u64,
    /// The program whose `media-worker` subcommand is the worker: normally this very one.
    pub worker_exe: PathBuf,
    /// Where GStreamer keeps what it knows of its plugins.
    pub registry_path: PathBuf,
    /// A worker that takes longer over one request is killed.
    pub request_timeout: Duration,
}

/// A library item as the scanner found it. A changed `mtime_ms` or `size` makes it another item for the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub track: TrackId,
    pub path: PathBuf,
    pub kind: MediaKind,
    pub mtime_ms: i64,
    /// Bytes.
    pub size: u64,
}

/// Cheap to clone. Dropping a future of it is safe: its work is skipped if it has not begun, and cached if it has.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    cache: Cache,
    pool: Pool,
}

impl Engine {
    /// Opens the cache and starts the first worker. Must be called in a tokio runtime.
    pub fn start(config: EngineConfig) -> Result<Self, MediaError> {
        let cache = Cache::open(config.cache_dir.clone(), config.cache_bytes_max).map_err(MediaError::internal)?;
        let pool = Pool::start(config.worker_exe, config.registry_path, config.request_timeout)?;
        Ok(Self { shared: Arc::new(Shared { cache, pool }) })
    }

    /// The timeline and the init segment of a rendition.
    pub async fn init(&self, wanted: Wanted) -> Result<(Timeline, Bytes), MediaError> {
        check_rendition(&wanted)?;
        let Made { head, body } = self.shared.clone().get(wanted.asking(Task::Init(wanted.encoding))).await?;
        match head {
            Head::Timeline(timeline) => Ok((timeline, body)),
            _ => Err(MediaError::internal("an init came without a timeline")),
        }
    }

    /// One media segment; the same bytes for the same (file, encoding, index), whoever asks and in whatever order.
    /// `ahead`: how long the listener can wait for it; `None` when nobody listens yet.
    pub async fn segment(&self, wanted: Wanted, index: u32, _ahead: Option<Duration>) -> Result<Segment, MediaError> {
        check_rendition(&wanted)?;
        let asking = |index: u32| wanted.asking(Task::Segment { encoding: wanted.encoding, index });
        let made = self.shared.clone().get(asking(index)).await?;
        if wanted.encoding.rendition != Rendition::VideoCopy {
            tokio::spawn(self.shared.clone().make_ahead(asking(index.saturating_add(1))));
        }
        Ok(Segment::Whole(made.body))
    }

    /// Ends a session's worker.
    pub fn end_session(&self, session: SessionId) {
        self.shared.pool.remove(session);
    }

    /// Kills every worker and waits until they are gone.
    pub async fn shutdown(&self) {
        self.shared.pool.shutdown().await;
    }
}

/// Who wants what of which file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub session: SessionId,
    pub source: Source,
    pub encoding: Encoding,
}

/// A segment's bytes.
#[derive(Debug)]
pub enum Segment {
    Whole(Bytes),
    /// On its way, in `of` chunks; an error, or an end before the last chunk, means that it was cut.
    Chunks {
        of: u32,
        chunks: mpsc::Receiver<Result<Bytes, MediaError>>,
    },
}

impl Segment {
    /// Waits for all of it.
    pub async fn whole(self) -> Result<Bytes, MediaError> {
        let (of, mut chunks) = match self {
            Self::Whole(bytes) => return Ok(bytes),
            Self::Chunks { of, chunks } => (of, chunks),
        };
        let mut whole = Vec::new();
        for _ in 0..of {
            let chunk = chunks.recv().await.ok_or_else(|| MediaError::internal("a segment was cut"))?;
            whole.extend_from_slice(&chunk?);
        }
        Ok(whole.into())
    }
}

/// Sound can be had of anything with sound; pictures only of a video.
fn check_rendition(Wanted { source, encoding, .. }: &Wanted) -> Result<(), MediaError> {
    if encoding.rendition.role() == Role::Picture && source.kind == MediaKind::Audio {
        return Err(MediaError::NotFound { what: "This track has no pictures.".to_owned() });
    }
    Ok(())
}

impl Wanted {
    fn asking(&self, task: Task) -> Asked {
        Asked { session: self.session, source: self.source.clone(), task }
    }
}

#[derive(Clone)]
struct Asked {
    session: SessionId,
    source: Source,
    task: Task,
}

impl Asked {
    fn name(&self) -> Name {
        let Source { track, mtime_ms, size, .. } = &self.source;
        Name::of(&format!("{ENGINE_VERSION} {track} {mtime_ms} {size} {:?}", self.task))
    }

    fn job(&self) -> Job {
        Job::new(&self.source.path, self.source.size, self.task.clone())
    }
}

impl Shared {
    async fn get(self: Arc<Self>, wanted: Asked) -> Result<Made, MediaError> {
        let name = wanted.name();
        if let Some(made) = self.cache.get(&name).await {
            return Ok(made);
        }
        let seat = self.pool.seat(wanted.session)?;
        // In a task of its own, so that an answer is read to its end even when nobody waits for it any more.
        let (sender, receiver) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let mut sender = sender;
            let turn = tokio::select! {
                turn = seat.turn() => turn,
                () = sender.closed() => return,
            };
            let _ = sender.send(self.make(&name, &wanted, turn).await);
        });
        receiver.await.unwrap_or_else(|_| Err(MediaError::internal("the request was dropped")))
    }

    async fn make(&self, name: &Name, wanted: &Asked, mut seat: Seat) -> Result<Made, MediaError> {
        // It may have been made while this request waited for its turn.
        if let Some(made) = self.cache.get(name).await {
            return Ok(made);
        }
        let made = self.pool.run(&mut seat, &wanted.job()).await?;
        if let Err(error) = self.cache.put(name, &made).await {
            tracing::warn!(%error, "a segment could not be cached");
        }
        Ok(made)
    }

    /// Makes the next segment if the session's worker has nothing better to do. Failure is for the request that really wants it.
    async fn make_ahead(self: Arc<Self>, wanted: Asked) {
        let name = wanted.name();
        let Some(seat) = self.pool.idle_seat(wanted.session) else { return };
        let _ = self.make(&name, &wanted, seat).await;
    }
}
