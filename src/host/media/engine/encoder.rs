//! Which encoder of pictures this machine has: tried out once, when the first needs to know.
//!
//! Each in a job of its own: a driver that crashes or hangs takes its process along, and the next encoder has a fresh one.

use std::time::Duration;

use tokio::sync::OnceCell;

use super::lanes::{LaneKey, Patience};
use super::{Shared, background};
use crate::host::media::error::MediaError;
use crate::host::media::job::{Head, Job, Lane, Trial};
use crate::host::media::video;

/// Longest that one trial may take. Hardware that hangs is killed with the worker.
const TRIAL_MAX: Duration = Duration::from_secs(12);

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

/// Tries the encoders, unless that was done.
///
/// # Errors
/// `MissingPlugin` when none works.
pub async fn wait(shared: &Shared) -> Result<Trial, MediaError> {
    shared.encoder.found.get_or_init(|| find(shared)).await.clone().ok_or_else(video::no_encoder)
}

async fn find(shared: &Shared) -> Option<Trial> {
    for name in video::known_encoders() {
        match try_one(shared, name).await {
            Ok(trial) => {
                let Trial { encoder, hardware, pixels_per_second } = &trial;
                tracing::info!(encoder, hardware, pixels_per_second, "encodes video");
                return Some(trial);
            }
            Err(MediaError::MissingPlugin(_)) => {}
            Err(error) => tracing::warn!(encoder = name, %error, "an encoder of video does not work"),
        }
    }
    tracing::warn!("no video can be converted: no encoder works");
    None
}

async fn try_one(shared: &Shared, name: &str) -> Result<Trial, MediaError> {
    let lane = LaneKey { session: None, lane: Lane::Picture };
    let patience = Patience { first: TRIAL_MAX, next: TRIAL_MAX };
    match background::ask(shared, lane, patience, None, &Job::trial(name)).await?.head {
        Head::Trial(trial) if trial.encoder == name => Ok(trial),
        _ => Err(MediaError::internal("a trial told of something else")),
    }
}
