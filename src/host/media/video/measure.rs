//! What a file does not say of its pictures, found by their packets alone, without decoding them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as gst_app;

use super::source::{STEP, discard, no_pictures};
use crate::host::media::audio::pipeline::{Running, bus_error, chain, element};
use crate::host::media::error::MediaError;
use crate::host::media::moments::Moments;

/// Packets by which a rate is told.
const RATE_PACKETS: usize = 121;
/// A rate that does not come is unknown; a length must.
const RATE_TIME_MAX: Duration = Duration::from_millis(1_500);
const LENGTH_TIME_MAX: Duration = Duration::from_secs(4);
/// Where a container tells its length only roughly, the last packets are looked at from so far before it.
const TAIL_NS: u64 = 4_000_000_000;

/// The middle one of the times between neighbouring pictures, nanoseconds; 0 when there are not two.
pub fn middle_interval(path: &Path) -> u64 {
    let Ok(packets) = Packets::open(path) else { return 0 };
    let late = Instant::now() + RATE_TIME_MAX;
    let mut stamps = Vec::new();
    while stamps.len() < RATE_PACKETS
        && Instant::now() < late
        && let Ok(Some(at)) = packets.next()
    {
        stamps.push(at);
    }
    // Coded order is not the order of showing; and the last ones may lack neighbours that come later.
    stamps.sort_unstable();
    stamps.truncate(stamps.len().saturating_sub(stamps.len() / 10));
    let mut between: Vec<i64> = stamps.windows(2).map(|pair| pair[1] - pair[0]).filter(|ns| *ns > 0).collect();
    between.sort_unstable();
    between.get(between.len() / 2).map_or(0, |middle| {
        // Stamps in milliseconds: the mean of those near the middle one is truer.
        let near: Vec<i64> = between.iter().copied().filter(|ns| ns.abs_diff(*middle) <= 2_000_000).collect();
        u64::try_from(near.iter().sum::<i64>()).unwrap_or(0) / near.len() as u64
    })
}

/// When the last picture is over, nanoseconds, each taking `frame_ns`. `about`: what the container says of its length.
pub fn end(path: &Path, about: Option<u64>, frame_ns: i64) -> Result<u64, MediaError> {
    let packets = Packets::open(path)?;
    let tail = about.map(|about| about.saturating_sub(TAIL_NS)).filter(|tail| *tail > 0);
    if let Some(tail) = tail {
        let flags = gst::SeekFlags::FLUSH | gst::SeekFlags::KEY_UNIT | gst::SeekFlags::SNAP_BEFORE;
        if packets.running.0.seek_simple(flags, packets.moments.target(tail)).is_err() {
            return Err(MediaError::unplayable("This file cannot be played from its middle."));
        }
    }
    let late = Instant::now() + LENGTH_TIME_MAX;
    let mut last = None;
    while let Some(at) = packets.next()? {
        last = last.max(Some(at));
        if Instant::now() > late {
            return Err(MediaError::unplayable("This file does not say how long it is, and is too long to find out."));
        }
    }
    let end = last.ok_or_else(no_pictures)?.saturating_add(frame_ns);
    u64::try_from(end).ok().filter(|end| *end > 0).ok_or_else(no_pictures)
}

/// The first pictures' packets, as they lie in the file.
struct Packets {
    running: Running,
    moments: Moments,
    sink: gst_app::AppSink,
}

impl Packets {
    fn open(path: &Path) -> Result<Self, MediaError> {
        let (file, parse) = (element("filesrc")?, element("parsebin")?);
        file.set_property("location", path);
        let sink = gst_app::AppSink::builder().sync(false).max_buffers(64).build();
        let pipeline = chain(&[sink.upcast_ref()])?;
        pipeline.add_many([&file, &parse]).map_err(MediaError::internal)?;
        file.link(&parse).map_err(MediaError::internal)?;
        let input = sink.static_pad("sink").expect("a sink has a pad");
        let sticky = input.clone();
        let linked = Arc::new(AtomicBool::new(false));
        let linked_now = Arc::clone(&linked);
        parse.connect_pad_added(move |_, pad| {
            let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
            let pictures = caps.structure(0).is_some_and(|caps| caps.name().starts_with("video/"));
            if pictures && !linked_now.swap(true, Ordering::Relaxed) {
                let _ = pad.link(&input);
            } else {
                discard(pad);
            }
        });
        parse.connect_no_more_pads(move |parse| {
            if !linked.load(Ordering::Relaxed) {
                gst::element_error!(parse, gst::StreamError::WrongType, ["no pictures"]);
            }
        });
        let running = Running(pipeline);
        running.0.set_state(gst::State::Playing).map_err(|_| no_pictures())?;
        if running.0.state(STEP).0.is_err() {
            return Err(bus_error(&running.0).unwrap_or_else(no_pictures));
        }
        let segment = sticky.sticky_event::<gst::event::Segment>(0);
        let moments = Moments::new(&running.0, segment.as_ref().map(|event| event.segment()));
        Ok(Self { running, moments, sink })
    }

    /// When the next packet's picture is shown, nanoseconds.
    fn next(&self) -> Result<Option<i64>, MediaError> {
        while let Some(sample) = self.sink.try_pull_sample(STEP) {
            let Some(buffer) = sample.buffer() else { continue };
            let at = buffer.pts().or(buffer.dts()).and_then(|pts| self.moments.of(sample.segment()?, pts));
            if let Some(at) = at {
                return Ok(Some(at));
            }
        }
        if self.sink.is_eos() { Ok(None) } else { Err(bus_error(&self.running.0).unwrap_or_else(no_pictures)) }
    }
}
