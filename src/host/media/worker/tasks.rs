//! Doing one job.

use super::file::Opened;
use super::shelf::{Key, Shelf};
use crate::host::media::error::MediaError;
use crate::host::media::extras;
use crate::host::media::job::{Encoding, Head, Job, Task};
use crate::host::media::segments::Out;
use crate::host::media::{analysis, plugins, probe, video};

/// A body and what is said of it; empty after chunks.
pub type Made = (Vec<u8>, Head);

/// What a worker keeps between jobs.
#[derive(Default)]
pub struct Bench {
    shelf: Shelf,
}

impl Bench {
    /// Does a job. `out` takes a segment's chunks, and how many there are.
    pub fn work(
        &mut self,
        job: &Job,
        mtime_ms: Option<i64>,
        out: &mut dyn FnMut(Vec<u8>, u32) -> Result<(), MediaError>,
    ) -> Result<Made, MediaError> {
        video::prefer(job.video_encoder.as_deref());
        match &job.task {
            Task::Trial { encoder } => return Ok((Vec::new(), Head::Trial(video::trial(encoder)?))),
            Task::Inspect => return Ok((Vec::new(), Head::Lacks(plugins::lacks()))),
            _ => {}
        }
        let path = job.path().ok_or_else(|| MediaError::internal("a job has no path"))?;
        let file = Opened::open(&path, job.size, mtime_ms)?;
        let stamp = file.stamp;
        let key = |encoding: Encoding| Key { path: path.clone(), stamp, encoding, video_encoder: job.video_encoder.clone() };
        match &job.task {
            Task::Init(encoding) => {
                self.shelf.with(key(*encoding), file, |open| Ok((open.init()?, Head::Timeline(open.timeline().clone()))))
            }
            Task::Segment { encoding, index } => self.shelf.with(key(*encoding), file, |open| {
                let of = open.chunks(*index);
                let out: &mut Out<'_> = &mut |chunk| out(chunk, of);
                open.segment(*index, out)?;
                Ok((Vec::new(), Head::None))
            }),
            Task::Analyse => {
                let (waveform, heard) = analysis::analyse(&file.path())?;
                Ok((waveform, Head::Heard(heard)))
            }
            Task::Probe => Ok((Vec::new(), Head::Probed(Box::new(probe::probe(&file.path())?)))),
            Task::Details => extras::details(&file.path()),
            Task::Subtitle { id } => extras::subtitle(&file.path(), &path, id),
            Task::Poster => extras::poster(&file.path()),
            Task::Preview => extras::preview(&file.path()),
            Task::Inspect | Task::Trial { .. } => Err(MediaError::NotFound { what: "There is nothing of the kind.".to_owned() }),
        }
    }
}
