//! Which encoder of pictures this machine has: tried out once, when the first needs to know.

use std::time::Duration;

use tokio::sync::OnceCell;

use super::lanes::{LaneKey, Patience};
use super::{Shared, background};
use crate::host::media::error::MediaError;
use crate::host::media::job::{Head, Job, Lane, Trial};

/// Longest that all trials together may take. Hardware that hangs is killed with the worker.
const TRIAL_MAX: Duration = Duration::from_secs(30);

#[derive(Default)]
pub struct Encoder {
    found: OnceCell<Option<Trial>>,
}

impl Encoder {
    /// What is known by now.
    pub fn now(&self) -> Option<Trial> {
        self.found.get().cloned().flatten()
    }
}

/// Tries the encoders, unless that was done; `None` when none works.
pub async fn wait(shared: &Shared) -> Option<Trial> {
    shared.encoder.found.get_or_init(|| find(shared)).await.clone()
}

async fn find(shared: &Shared) -> Option<Trial> {
    let lane = LaneKey { session: None, lane: Lane::Picture };
    let patience = Patience { first: TRIAL_MAX, next: TRIAL_MAX };
    let found = background::ask(shared, lane, patience, None, &Job::trial()).await;
    match found.map(|made| made.head) {
        Ok(Head::Trial(trial)) => {
            tracing::info!(
                encoder = trial.encoder,
                hardware = trial.hardware,
                pixels_per_second = trial.pixels_per_second,
                "encodes video"
            );
            Some(trial)
        }
        Ok(_) => None,
        Err(MediaError::MissingPlugin(text)) => {
            tracing::warn!("no video can be converted: {text}");
            None
        }
        Err(error) => {
            tracing::warn!(%error, "no encoder of video works");
            None
        }
    }
}
