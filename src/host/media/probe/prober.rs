//! The scanner's way to [`super::probe`]: in a process of its own, for a bounded time.

use std::path::Path;
use std::time::Duration;

use crate::host::media::error::MediaError;
use crate::host::media::helper::{Failure, Helper, Watch, WorkerConfig};
use crate::host::media::job::{Head, Job, Lack, Probed, Task};

/// A file that takes longer is given up. A worker's start counts too: the first one looks for plugins.
const FILE_MAX: Duration = Duration::from_secs(5);
const START_MAX: Duration = Duration::from_secs(15);

/// Looks at files, one at a time. Blocking; starts its process with the first file, ends it when dropped.
pub struct Prober {
    helper: Helper,
    limit: Duration,
}

impl Prober {
    pub fn new(worker: WorkerConfig) -> Self {
        Self { helper: Helper::new(worker), limit: START_MAX }
    }

    /// What the file of `size` bytes is.
    ///
    /// # Errors
    /// As [`super::probe`]; a file that crashes the worker or keeps it busy is `Unplayable`, and costs that file only.
    pub fn probe(&mut self, path: &Path, size: u64) -> Result<Probed, MediaError> {
        match self.call(&Job::new(path, size, Task::Probe))? {
            Head::Probed(probed) => Ok(probed),
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
        let limit = self.limit;
        let mut watch = |worked: Duration| if worked < limit { Watch::Go } else { Watch::Stop };
        let called = self.helper.call(job, &mut watch);
        // After these a new process must start first.
        self.limit = if matches!(called, Err(Failure::Crashed | Failure::Stopped)) { START_MAX } else { FILE_MAX };
        match called {
            Ok((head, _)) => Ok(head),
            Err(Failure::Media(error)) => Err(error),
            Err(Failure::Crashed) => Err(MediaError::unplayable("This file makes the host's decoder crash.")),
            Err(Failure::Stopped) => Err(MediaError::unplayable("This file takes too long to open.")),
            Err(Failure::NotStarted(error)) => Err(MediaError::internal(error)),
        }
    }
}
