//! Doing one job.

use std::path::Path;

use super::shelf::{Key, Shelf};
use crate::host::media::error::MediaError;
use crate::host::media::extras;
use crate::host::media::job::{Encoding, Head, Job, Task};
use crate::host::media::segments::Out;

/// A body and what is said of it; empty after chunks.
pub type Made = (Vec<u8>, Head);

/// What a worker keeps between jobs.
#[derive(Default)]
pub struct Bench {
    shelf: Shelf,
}

impl Bench {
    /// Does a job. `out` takes a segment's chunks, and how many there are.
    pub fn work(&mut self, job: &Job, out: &mut dyn FnMut(Vec<u8>, u32) -> Result<(), MediaError>) -> Result<Made, MediaError> {
        let path = job.path().ok_or_else(|| MediaError::internal("a job has no path"))?;
        // First of all: a FIFO or a device would block GStreamer for ever.
        check_file(&path, job.size)?;
        let key = |encoding: Encoding| Key { path: path.clone(), size: job.size, encoding };
        match &job.task {
            Task::Init(encoding) => self.shelf.with(key(*encoding), |open| Ok((open.init()?, Head::Timeline(open.timeline().clone())))),
            Task::Segment { encoding, index } => self.shelf.with(key(*encoding), |open| {
                let of = open.chunks(*index);
                let out: &mut Out<'_> = &mut |chunk| out(chunk, of);
                open.segment(*index, out)?;
                Ok((Vec::new(), Head::None))
            }),
            Task::Details => extras::details(&path),
            Task::Subtitle { id } => extras::subtitle(&path, id),
            Task::Poster => extras::poster(&path),
            Task::Preview => extras::preview(&path),
            Task::Probe | Task::Analyse | Task::Trial => Err(MediaError::NotFound { what: "There is nothing of the kind.".to_owned() }),
        }
    }
}

fn check_file(path: &Path, size: u64) -> Result<(), MediaError> {
    let metadata = std::fs::metadata(path).map_err(|_| MediaError::Gone)?;
    if !metadata.is_file() {
        return Err(MediaError::unplayable("This is not a regular file."));
    }
    if metadata.len() != size {
        return Err(MediaError::Gone);
    }
    match std::fs::File::open(path) {
        Ok(_) if size == 0 => Err(MediaError::unplayable("This file is empty.")),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(MediaError::unplayable("The host may not read this file. Give its user permission to."))
        }
        Err(_) => Err(MediaError::Gone),
    }
}
