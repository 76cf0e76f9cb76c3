//! Making one thing: a turn, a worker, chunks to whoever listens, the whole into the cache.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::asked::Asked;
use super::cache::Name;
use super::child::{Event, Made, Worker};
use super::lanes::{self, Patience};
use super::making::Making;
use super::queue::Cost;
use super::scheduler::{Turn, Waiting};
use super::watch::Watch;
use super::{Shared, unmake};
use crate::host::media::error::MediaError;
use crate::host::media::job::{BODY_BYTES_MAX, Lane};

/// A worker that dies is replaced so often.
const TRIES: usize = 2;
/// Workers at rest that somebody killed are no tries; so many are passed over.
const TAKEN_MAX: usize = 32;
/// Chunks of one segment: it has a few seconds.
const CHUNKS_MAX: u32 = 256;
/// A sound's job that has taken so long and does nothing waits for its drive, and another may use the core meanwhile.
const LENT_AFTER: Duration = Duration::from_secs(2);

/// Why a conversation with a worker gave nothing.
enum Broken {
    /// What was asked cannot be done; the worker is well.
    Failed(MediaError),
    /// Another worker may do better.
    Died(std::io::Error),
    /// The worker is of no more use, and another would fare no better.
    Useless(MediaError),
}

/// One thing being made. Ends for all who listen when it is dropped, however that comes about.
pub struct Maker {
    pub shared: Arc<Shared>,
    pub name: Name,
    pub asked: Asked,
    pub making: Arc<Making>,
    pub cached: bool,
}

impl Maker {
    /// Waits for its turn, unless all who asked leave before, and makes it.
    pub async fn queued(self, mut waiting: Waiting) {
        let turn = loop {
            tokio::select! {
                turn = waiting.turn() => break turn,
                () = self.making.unwanted() => {
                    if unmake(&self.shared, &self.name, &self.making) {
                        return;
                    }
                }
            }
        };
        match turn {
            Some(turn) => self.at_turn(turn, true).await,
            None => self.making.end(Err(MediaError::internal("a request lost its place"))),
        }
    }

    /// For what nobody has asked for yet.
    pub async fn ahead(self, turn: Turn) {
        self.at_turn(turn, false).await;
    }

    async fn at_turn(self, turn: Turn, asked_for: bool) {
        // It may have been made between the asker's look at the cache and this turn.
        let cached = if self.cached { self.shared.cache.get(&self.name).await } else { None };
        let is_new = cached.is_none();
        let made = match cached {
            Some(made) => Ok(made),
            None => self.make(&turn).await,
        };
        drop(turn);
        let keep = made.as_ref().ok().filter(|_| is_new && self.cached).cloned();
        let failed = made.is_err();
        self.making.end(made);
        self.shared.pool.restock();
        if let Some(made) = keep
            && let Err(error) = self.shared.cache.put(&self.name, &made).await
        {
            tracing::warn!(%error, "a segment could not be cached");
        }
        if asked_for
            && !failed
            && let Some(next) = self.asked.following()
        {
            self.shared.clone().make_ahead(next);
        }
    }

    async fn make(&self, turn: &Turn) -> Result<Made, MediaError> {
        let lane = self.asked.lane();
        let (mut last, mut tries, mut deaths) = (None, 0, 0);
        for _ in 0..TAKEN_MAX {
            if tries == TRIES {
                break;
            }
            let mut worker = match self.shared.pool.take(lane).await {
                Ok(worker) => worker,
                Err(error @ MediaError::Busy) => return Err(error),
                Err(error) => {
                    last = Some(error);
                    tries += 1;
                    continue;
                }
            };
            if worker.is_gone() {
                continue;
            }
            tries += 1;
            match self.converse(&mut worker, turn).await {
                Ok(made) => {
                    self.shared.pool.put_back(lane, worker);
                    return Ok(made);
                }
                Err(Broken::Failed(error)) => {
                    self.shared.pool.put_back(lane, worker);
                    return Err(error);
                }
                Err(Broken::Useless(error)) => return Err(error),
                Err(Broken::Died(error)) => {
                    deaths += 1;
                    worker.mourn(lanes::kind(&self.asked.task), &error).await;
                }
            }
        }
        if deaths == TRIES {
            return Err(MediaError::unplayable("This file makes the host's decoder crash."));
        }
        Err(last.unwrap_or_else(|| MediaError::internal("its workers die")))
    }

    async fn converse(&self, worker: &mut Worker, turn: &Turn) -> Result<Made, Broken> {
        let Patience { first, next } = self.shared.patience(&self.asked.task);
        let mtime_ms = Some(self.asked.source.mtime_ms);
        let job = self.asked.job();
        let mut chunks = 0;
        let mut bytes = 0;
        let watch = worker.watch();
        in_time(first, &watch, worker.begin(self.asked.lane().lane, mtime_ms, &job)).await?;
        loop {
            let patience = if chunks == 0 { first } else { next };
            let watch = worker.watch();
            let event = in_time(patience, &watch, async {
                if self.asked.lane().lane != Lane::Preview {
                    return worker.next(self.unwanted(turn, &watch)).await.map(Some);
                }
                // It has no chunk at which it could hear of a stop, so its worker is given up.
                tokio::select! {
                    event = worker.next(std::future::pending()) => event.map(Some),
                    () = self.unwanted(turn, &watch) => Ok(None),
                }
            });
            let given_up = || Broken::Useless(MediaError::internal("nobody wants it any more"));
            match event.await?.ok_or_else(given_up)? {
                Event::Chunk { of, bytes: chunk } => {
                    bytes += chunk.len();
                    if of > CHUNKS_MAX || bytes > BODY_BYTES_MAX {
                        return Err(Broken::Useless(MediaError::internal("a segment is too long")));
                    }
                    self.making.chunk(chunks, of, chunk).map_err(Broken::Useless)?;
                    chunks += 1;
                }
                Event::Made(made) if chunks == 0 => return Ok(made),
                Event::Made(made) => {
                    let incomplete = || Broken::Useless(MediaError::internal("a worker left out chunks"));
                    let body: Bytes = self.making.whole().ok_or_else(incomplete)?;
                    return Ok(Made { head: made.head, body });
                }
                Event::Failed(error) => return Err(Broken::Failed(error)),
            }
        }
    }

    /// Resolves when nobody waits for this any more and somebody else could use its place. Lends the slot of a sound that waits too long.
    async fn unwanted(&self, turn: &Turn, watch: &Watch) {
        let lend = async {
            if lanes::cost(&self.asked.task) == Cost::Sound {
                tokio::time::sleep(LENT_AFTER).await;
                if watch.is_idle() {
                    turn.lend();
                }
            }
            std::future::pending::<()>().await
        };
        let stop = async {
            loop {
                self.making.unwanted().await;
                turn.pressed().await;
                if unmake(&self.shared, &self.name, &self.making) {
                    return;
                }
            }
        };
        tokio::select! {
            () = lend => {}
            () = stop => {}
        }
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        self.making.end(Err(MediaError::internal("the request was dropped")));
        self.shared.forget(&self.name, &self.making);
    }
}

async fn in_time<T>(limit: Duration, watch: &Watch, work: impl Future<Output = std::io::Result<T>>) -> Result<T, Broken> {
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result.map_err(Broken::Died),
        Err(_) => {
            tracing::warn!("a media worker took too long and was killed");
            Err(Broken::Useless(watch.reproach()))
        }
    }
}
