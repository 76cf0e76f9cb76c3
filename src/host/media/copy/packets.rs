//! Segments out of packets, whatever file they lie in.

use std::ops::Range;

use mp4_atom::Codec;

use super::layout::{Layout, decode_time};
use crate::host::media::cmaf::{self, Entry, Frame, TrackHead};
use crate::host::media::error::MediaError;
use crate::host::media::segments::{Out, Segments};
use crate::protocol::Timeline;

/// Where the packets come from.
pub trait Packets {
    /// The packets `wanted` end to end, and each one's size and duration. They depend on the file alone.
    ///
    /// # Errors
    /// `Unplayable` when the file does not give them.
    fn read(&mut self, wanted: Range<usize>) -> Result<(Vec<u8>, Vec<Frame>), MediaError>;
}

/// How packets are handed out.
pub enum Wrap {
    /// As they are.
    Bare,
    /// In CMAF with this sample entry.
    Cmaf(Box<Codec>),
}

pub struct Copied<P> {
    packets: P,
    wrap: Wrap,
    layout: Layout,
    timeline: Timeline,
}

impl<P: Packets> Copied<P> {
    /// `timeline` without its runs, which are the layout's.
    pub fn new(packets: P, wrap: Wrap, layout: Layout, mut timeline: Timeline) -> Self {
        timeline.runs.clone_from(&layout.runs);
        Self { packets, wrap, layout, timeline }
    }
}

/// A frame of sound, by which decoding can begin.
pub fn frame(size: usize, duration: u32) -> Result<Frame, MediaError> {
    Ok(Frame { duration, size: u32::try_from(size).map_err(MediaError::internal)?, composition_offset: 0, sync: true })
}

impl<P: Packets> Segments for Copied<P> {
    fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn init(&self) -> Result<Vec<u8>, MediaError> {
        let Wrap::Cmaf(codec) = &self.wrap else { return Ok(Vec::new()) };
        let Timeline { timescale, lead_in, duration, .. } = self.timeline;
        cmaf::init(&TrackHead { timescale, duration: lead_in + duration, entry: Entry::Own(codec.clone(), None) })
    }

    /// # Errors
    /// `NotFound` past the end, `Unplayable` when the file does not give the packets.
    fn segment(&mut self, index: u32, out: &mut Out<'_>) -> Result<(), MediaError> {
        let wanted = self.layout.packets(index).ok_or_else(|| cmaf::no_segment(index))?;
        let at = decode_time(&self.timeline, index).ok_or_else(|| cmaf::no_segment(index))?;
        let (data, frames) = self.packets.read(wanted)?;
        match self.wrap {
            Wrap::Bare => out(data),
            Wrap::Cmaf(_) => out(cmaf::segment(index, at, &frames, &data)?),
        }
    }
}
