//! The scanner's way to [`super::probe`]: in a process of its own, for a bounded time.

use std::path::Path;
use std::time::Duration;

use crate::host::media::error::MediaError;
use crate::host::media::helper::{Failure, Helper, WorkerConfig};
use crate::host::media::job::{Head, Job, Lack, Probed, Task};

/// A file that takes longer is given up.
const FILE_MAX: Duration = Duration::from_secs(5);

/// Looks at files, one at a time. Blocking; starts its process with the first file, ends it when dropped.
pub struct Prober {
    helper: Helper,
}

impl Prober {
    pub fn new(worker: WorkerConfig) -> Self {
        Self { helper: Helper::new(worker) }
    }

    /// For more of its kind.
    pub fn worker(&self) -> &WorkerConfig {
        self.helper.worker()
    }

    /// What the file of `size` bytes is.
    ///
    /// # Errors
    /// As [`super::probe`]; a file that crashes the worker is `Internal` (somebody may have ended it), one that keeps it busy `TooLong`, and costs that file only.
    pub fn probe(&mut self, path: &Path, size: u64) -> Result<Probed, MediaError> {
        match self.call(&Job::new(path, size, Task::Probe))? {
            Head::Probed(probed) => Ok(*probed),
            _ => Err(MediaError::internal("a probe came without facts")),
        }
    }

    /// What is not installed on this machine.
    ///
    /// # Errors
    /// `Internal` when no worker can be started.
    pub fn lacks(&mut self) -> Result<Vec<Lack>, MediaError> {
        match self.call(&Job::new(Path::new(""), 0, Task::Inspect))? {
            Head::Lacks(lacks) => Ok(lacks),
            _ => Err(MediaError::internal("an inspection came without a list")),
        }
    }

    fn call(&mut self, job: &Job) -> Result<Head, MediaError> {
        match self.helper.call(job, FILE_MAX) {
            Ok((head, _)) => Ok(head),
            Err(Failure::Media(error)) => Err(error),
            Err(Failure::Crashed) => Err(MediaError::internal("the decoder crashed")),
            Err(Failure::TooLong) => Err(MediaError::TooLong),
            Err(Failure::NotStarted(error)) => Err(MediaError::internal(error)),
        }
    }
}
