//! Which worker does a task, what it costs the machine, and how long it may take.

use std::time::Duration;

use super::queue::Cost;
use crate::host::media::job::{Lane, Task};
use crate::protocol::{Rendition, Role};
use crate::types::SessionId;

/// A worker's own lane. What is done in the background belongs to no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LaneKey {
    pub session: Option<SessionId>,
    pub lane: Lane,
}

/// How long a worker may take over a job before it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// To the first byte of the answer.
    pub first: Duration,
    /// From one chunk to the next.
    pub next: Duration,
}

pub fn lane(task: &Task) -> Lane {
    match task {
        Task::Init(encoding) | Task::Segment { encoding, .. } if encoding.rendition.role() == Role::Picture => Lane::Picture,
        Task::Init(_) | Task::Segment { .. } => Lane::Sound,
        Task::Analyse => Lane::Background,
        Task::Preview => Lane::Preview,
        _ => Lane::Extra,
    }
}

/// What kind of job it is, for the log.
pub fn kind(task: &Task) -> &'static str {
    match (task, lane(task)) {
        (Task::Probe | Task::Inspect, _) => "probe",
        (Task::Details | Task::Subtitle { .. }, _) => "details",
        (_, Lane::Sound) => "sound",
        (_, Lane::Picture) => "pictures",
        (_, Lane::Preview) => "preview",
        (_, Lane::Background) => "analysis",
        (_, Lane::Extra) => "extra",
    }
}

pub fn cost(task: &Task) -> Cost {
    match task {
        Task::Init(encoding) | Task::Segment { encoding, .. } => match encoding.rendition {
            Rendition::AudioCopy | Rendition::VideoCopy => Cost::Read,
            rendition if rendition.role() == Role::Sound => Cost::Sound,
            _ => Cost::Picture,
        },
        // What looks at single pictures gives way by its niceness: a slot taken for so long would be one that a film lacks.
        _ => Cost::Read,
    }
}

/// A listener hears of a dead file within 5 s. An encoder of pictures on a slow machine may need as long for one chunk of a second or so.
pub fn patience(task: &Task) -> Patience {
    let both = |first, next| Patience { first: Duration::from_secs(first), next: Duration::from_secs(next) };
    match (task, lane(task)) {
        (Task::Preview | Task::Poster, _) => both(60, 20),
        (_, Lane::Picture) if cost(task) == Cost::Picture => both(15, 15),
        (_, Lane::Background) => both(3_600, 20),
        (_, Lane::Sound | Lane::Picture) => both(5, 5),
        (_, Lane::Extra | Lane::Preview) => both(10, 10),
    }
}
