//! Raw audio in, buffers out, each as soon as it is made.

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as gst_app;
use gstreamer_audio as gst_audio;

use super::pipeline::{Running, STEP, bus_error, chain};
use crate::host::media::error::MediaError;

/// Stages between a source that is fed and a sink that is emptied, running on threads of their own.
pub struct Flow {
    source: gst_app::AppSrc,
    sink: gst_app::AppSink,
    running: Running,
    rate: u64,
    unit: usize,
    /// Samples fed.
    fed: u64,
}

impl Flow {
    /// `info` is the format of what will be fed.
    pub fn start(info: &gst_audio::AudioInfo, stages: &[gst::Element]) -> Result<Self, MediaError> {
        let caps = info.to_caps().map_err(MediaError::internal)?;
        let source = gst_app::AppSrc::builder().caps(&caps).format(gst::Format::Time).max_bytes(0).build();
        let sink = gst_app::AppSink::builder().sync(false).build();
        let mut elements = vec![source.upcast_ref::<gst::Element>()];
        elements.extend(stages);
        elements.push(sink.upcast_ref());
        let running = Running(chain(&elements)?);
        running.0.set_state(gst::State::Playing).map_err(MediaError::internal)?;
        Ok(Self { source, sink, running, rate: info.rate().into(), unit: info.bpf() as usize, fed: 0 })
    }

    /// Feeds interleaved samples that follow those before.
    pub fn feed(&mut self, pcm: Vec<u8>) -> Result<(), MediaError> {
        let time = |samples: u64| samples.mul_div_floor(1_000_000_000, self.rate).map(gst::ClockTime::from_nseconds);
        let after = self.fed + (pcm.len() / self.unit) as u64;
        let (start, end) = (time(self.fed), time(after));
        let mut buffer = gst::Buffer::from_mut_slice(pcm);
        let fresh = buffer.get_mut().expect("a new buffer has one owner");
        fresh.set_pts(start);
        fresh.set_duration(end.zip(start).map(|(end, start)| end - start));
        self.fed = after;
        self.source.push_buffer(buffer).map(|_| ()).map_err(|error| bus_error(&self.running.0).unwrap_or(MediaError::internal(error)))
    }

    /// Nothing more will be fed.
    pub fn finish(&self) -> Result<(), MediaError> {
        self.source.end_of_stream().map(|_| ()).map_err(MediaError::internal)
    }

    /// What has been made by now.
    pub fn ready(&self) -> Option<gst::Buffer> {
        self.pull(gst::ClockTime::ZERO)
    }

    /// Waits for what is made next; `None` at the end, after [`Self::finish`].
    pub fn next(&self) -> Result<Option<gst::Buffer>, MediaError> {
        match self.pull(STEP) {
            Some(buffer) => Ok(Some(buffer)),
            None => match bus_error(&self.running.0) {
                Some(error) => Err(error),
                None if !self.sink.is_eos() => Err(MediaError::internal("an encoder did not finish")),
                None => Ok(None),
            },
        }
    }

    /// Stream headers are left out.
    fn pull(&self, timeout: gst::ClockTime) -> Option<gst::Buffer> {
        loop {
            let buffer = self.sink.try_pull_sample(timeout)?.buffer_owned();
            if let Some(buffer) = buffer.filter(|buffer| !buffer.flags().contains(gst::BufferFlags::HEADER)) {
                return Some(buffer);
            }
        }
    }
}
