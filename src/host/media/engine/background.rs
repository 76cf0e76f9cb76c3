//! Jobs that answer in one piece and take no slot: what nobody waits for, and the trial of encoders.

use std::future::pending;

use super::asked::Asked;
use super::child::{Event, Made};
use super::lanes::{self, LaneKey};
use super::{Patience, Shared};
use crate::host::media::error::MediaError;
use crate::host::media::job::Job;

/// Does a job in the background, one at a time. Dropped, it kills its worker: whoever pauses it has the machine at once.
pub async fn run(shared: &Shared, asked: &Asked) -> Result<Made, MediaError> {
    let _turn = shared.background.lock().await;
    let lane = LaneKey { session: None, lane: crate::host::media::job::Lane::Background };
    let patience = lanes::Patience { first: lanes::patience(&asked.task).first, ..shared.patience(&asked.task) };
    ask(shared, lane, patience, Some(asked.source.mtime_ms), &asked.job()).await
}

/// Has a worker of the lane do a job.
pub async fn ask(shared: &Shared, lane: LaneKey, patience: Patience, mtime_ms: Option<i64>, job: &Job) -> Result<Made, MediaError> {
    let mut worker = shared.pool.take(lane).await?;
    // As soon as the first worker has looked at all plugins, others can start without doing so.
    shared.pool.restock();
    let work = async {
        worker.begin(lane.lane, mtime_ms, job).await?;
        worker.next(pending()).await
    };
    let event = tokio::time::timeout(patience.first, work).await;
    let answer = match event {
        Ok(Ok(Event::Made(made))) => Ok(made),
        Ok(Ok(Event::Failed(error))) => Err(error),
        Ok(Ok(Event::Chunk { .. })) => return Err(MediaError::internal("an answer came in pieces")),
        Ok(Err(error)) => {
            worker.mourn(lanes::kind(&job.task), &error).await;
            return Err(MediaError::unplayable("This file makes the host's decoder crash."));
        }
        Err(_) => return Err(MediaError::unplayable("This file took too long to decode.")),
    };
    // What failed within the host may have left its process in disorder, as a driver's failed trial does.
    if !matches!(answer, Err(MediaError::Internal(_))) {
        shared.pool.put_back(lane, worker);
    }
    answer
}
