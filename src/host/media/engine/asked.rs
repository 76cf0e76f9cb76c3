//! What is asked of the engine: of which file, by whom, and what it is called in the cache.

use std::path::PathBuf;

use super::cache::Name;
use super::lanes::{self, LaneKey};
use crate::host::media::ENGINE_VERSION;
use crate::host::media::job::{Encoding, Job, Lane, Task};
use crate::protocol::{MediaKind, Role};
use crate::types::{SessionId, TrackId};

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

/// Who wants what of which file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub session: SessionId,
    pub source: Source,
    pub encoding: Encoding,
}

impl Wanted {
    pub fn asking(&self, task: Task) -> Asked {
        Asked { session: Some(self.session), source: self.source.clone(), task, video_encoder: None }
    }
}

/// One task on one file.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `None` for what is done in the background.
    pub session: Option<SessionId>,
    pub source: Source,
    pub task: Task,
    /// Which encoder makes it, where the bytes depend on that.
    pub video_encoder: Option<String>,
}

impl Asked {
    pub fn name(&self) -> Name {
        let Source { track, mtime_ms, size, .. } = &self.source;
        let encoder = self.video_encoder.as_deref().unwrap_or_default();
        Name::of(&format!("{ENGINE_VERSION} {track} {mtime_ms} {size} {encoder} {:?}", self.task))
    }

    pub fn lane(&self) -> LaneKey {
        let lane = lanes::lane(&self.task);
        LaneKey { session: self.session.filter(|_| lane != Lane::Background), lane }
    }

    pub fn job(&self) -> Job {
        let mut job = Job::new(&self.source.path, self.source.size, self.task.clone());
        job.video_encoder.clone_from(&self.video_encoder);
        job
    }

    /// Whether it is pictures that are encoded.
    pub fn encodes_pictures(&self) -> bool {
        self.encoding().is_some_and(|encoding| encoding.rendition.lines_max().is_some())
    }

    /// The segment after this one, where it is worth making before it is asked for: a read is done soon enough when it is.
    pub fn following(&self) -> Option<Self> {
        let Task::Segment { encoding, index } = self.task else { return None };
        let encodes = lanes::cost(&self.task) != super::queue::Cost::Read;
        let task = Task::Segment { encoding, index: index.checked_add(1)? };
        encodes.then(|| Self { task, ..self.clone() })
    }

    pub fn encoding(&self) -> Option<Encoding> {
        match self.task {
            Task::Init(encoding) | Task::Segment { encoding, .. } => Some(encoding),
            _ => None,
        }
    }

    /// Sound can be had of anything with sound; pictures only of a video.
    pub fn is_sensible(&self) -> bool {
        let pictures = self.encoding().is_some_and(|encoding| encoding.rendition.role() == Role::Picture);
        !pictures || self.source.kind == MediaKind::Video
    }
}
