//! When a file's buffers are shown or heard, counted from where the file begins.

use gst::prelude::*;
use gstreamer as gst;

/// The demuxer of MPEG transport streams. Its clock begins before the first picture or sound, by as much as the broadcaster sends ahead
/// (0.7 s by ffmpeg); and what GStreamer 1.22's says of stream time after a seek to before them is wrong by that. Its stamps are right.
const BROADCAST: &str = "tsdemux";

/// A file's own count of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// The stamp with which a transport stream begins, the earliest of all its streams; `None` where stream time is right.
    begins: Option<gst::ClockTime>,
}

impl Moments {
    /// `first`: the segment of the pipeline's first buffer, before any seek.
    pub fn new(pipeline: &gst::Pipeline, first: Option<&gst::Segment>) -> Self {
        let elements = pipeline.iterate_recurse().into_iter().flatten();
        let is_broadcast = elements.filter_map(|element| element.factory()).any(|factory| factory.name() == BROADCAST);
        let begins = first.and_then(|segment| segment.downcast_ref::<gst::ClockTime>()?.start());
        Self { begins: begins.filter(|_| is_broadcast) }
    }

    pub fn is_broadcast(&self) -> bool {
        self.begins.is_some()
    }

    /// Of a stamp within a segment, nanoseconds; edit lists and pre-skips have been taken out of it.
    pub fn of(&self, segment: &gst::Segment, pts: gst::ClockTime) -> Option<i64> {
        if let Some(begins) = self.begins {
            return i64::try_from(i128::from(pts.nseconds()) - i128::from(begins.nseconds())).ok();
        }
        match segment.downcast_ref::<gst::ClockTime>()?.to_stream_time_full(pts)? {
            gst::Signed::Positive(time) => i64::try_from(time.nseconds()).ok(),
            gst::Signed::Negative(time) => i64::try_from(time.nseconds()).ok().map(|ns| -ns),
        }
    }

    /// Where to seek for a moment, given in nanoseconds.
    pub fn target(&self, moment: u64) -> gst::ClockTime {
        gst::ClockTime::from_nseconds(moment).saturating_add(self.begins.unwrap_or_default())
    }
}
