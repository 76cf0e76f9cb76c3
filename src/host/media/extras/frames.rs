//! Single pictures from anywhere in a video, small, upright and of square pixels.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gstreamer as gst;
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;
use gstreamer_video::prelude::*;
use image::RgbImage;

use crate::host::media::audio::pipeline::{Running, bus_error, chain, element, message_error};
use crate::host::media::error::MediaError;

/// Longest wait for a picture.
const WAIT: gst::ClockTime = gst::ClockTime::from_mseconds(4_000);
/// Pixels of a side, and in all, beyond which no decoder is started: it would take gigabytes.
const SIDE_MAX: i32 = 16_384;
const PIXELS_MAX: i64 = 1 << 26;

/// A video's first pictures, standing still.
pub struct Frames {
    pipeline: Running,
    sink: gst_app::AppSink,
    /// By the container; `None` when it does not know.
    pub duration_ms: Option<u64>,
}

impl Frames {
    /// Opens a file that is known to be a regular one. Pictures are made to fit into a square of `side` pixels.
    pub fn open(path: &Path, side: u32) -> Result<Self, MediaError> {
        let source = element("filesrc")?;
        source.set_property("location", path);
        let decode = element("decodebin")?;
        // Scaled before it is converted and turned, so that those have little to do.
        let (scale, shape) = (element("videoscale")?, element("capsfilter")?);
        let (convert, flip) = (element("videoconvert")?, element("videoflip")?);
        flip.set_property_from_str("video-direction", "auto");
        let rgb = gst::Caps::builder("video/x-raw").field("format", "RGB").build();
        let sink = gst_app::AppSink::builder().caps(&rgb).sync(false).max_buffers(1).build();
        let pipeline = chain(&[&scale, &shape, &convert, &flip, sink.upcast_ref()])?;
        pipeline.add_many([&source, &decode]).map_err(MediaError::internal)?;
        source.link(&decode).map_err(MediaError::internal)?;
        let absurd = choose_streams(&decode);
        fit(&scale, &shape, side);
        link_first(&decode, &scale);
        let pipeline = Running(pipeline);
        let started = start(&pipeline.0);
        if absurd.load(Ordering::Relaxed) {
            return Err(MediaError::unplayable("This video's pictures are too large to be decoded."));
        }
        started?;
        let duration_ms = pipeline.0.query_duration::<gst::ClockTime>().map(gst::ClockTime::mseconds);
        Ok(Self { pipeline, sink, duration_ms })
    }

    /// The key frame nearest to a time; `None` where there is none that decodes.
    pub fn at(&self, ms: u64) -> Option<RgbImage> {
        let flags = gst::SeekFlags::FLUSH | gst::SeekFlags::KEY_UNIT | gst::SeekFlags::SNAP_NEAREST;
        self.pipeline.0.seek_simple(flags, gst::ClockTime::from_mseconds(ms)).ok()?;
        self.first()
    }

    /// The picture that is standing still: after opening the video's first.
    pub fn first(&self) -> Option<RgbImage> {
        picture(&self.sink.try_pull_preroll(WAIT)?)
    }
}

fn picture(sample: &gst::Sample) -> Option<RgbImage> {
    let info = gst_video::VideoInfo::from_caps(sample.caps()?).ok()?;
    let frame = gst_video::VideoFrameRef::from_buffer_ref_readable(sample.buffer()?, &info).ok()?;
    let row = frame.width() as usize * 3;
    let stride = usize::try_from(*frame.plane_stride().first()?).ok()?;
    let rows = frame.plane_data(0).ok()?.chunks(stride).take(frame.height() as usize);
    let pixels: Vec<u8> = rows.filter_map(|bytes| bytes.get(..row)).flatten().copied().collect();
    RgbImage::from_raw(frame.width(), frame.height(), pixels)
}

fn no_pictures() -> MediaError {
    MediaError::unplayable("This file has no pictures that the host can decode.")
}

/// Keeps decoders away from sound, and from pictures whose headers claim a size that nobody has; says whether there were such.
///
/// `decodebin` could be told that pictures alone are wanted (`caps`, `expose-all-streams`), but then finds no decoder for H.264.
fn choose_streams(decode: &gst::Element) -> Arc<AtomicBool> {
    let absurd = Arc::new(AtomicBool::new(false));
    let found = Arc::clone(&absurd);
    decode.connect("autoplug-continue", false, move |values| {
        let caps = values.get(2).and_then(|value| value.get::<gst::Caps>().ok());
        let Some(stream) = caps.as_ref().and_then(|caps| caps.structure(0)) else { return Some(true.to_value()) };
        let is_absurd = is_absurd(stream);
        found.fetch_or(is_absurd, Ordering::Relaxed);
        let is_other = ["audio/", "text/", "subpicture/", "closedcaption/"].iter().any(|kind| stream.name().starts_with(kind));
        Some((!is_absurd && !is_other).to_value())
    });
    absurd
}

fn is_absurd(stream: &gst::StructureRef) -> bool {
    let side = |name: &str| stream.get::<i32>(name).unwrap_or(0);
    let (width, height) = (side("width"), side("height"));
    width.max(height) > SIDE_MAX || i64::from(width) * i64::from(height) > PIXELS_MAX
}

/// Sets the size when the source's own becomes known, just before `scale` hears of it.
fn fit(scale: &gst::Element, shape: &gst::Element, side: u32) {
    let shape = shape.clone();
    let input = scale.static_pad("sink").expect("videoscale has a sink pad");
    input.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, probe| {
        if let Some(gst::EventView::Caps(event)) = probe.event().map(|event| event.view())
            && let Ok(info) = gst_video::VideoInfo::from_caps(event.caps())
        {
            let (width, height) = fitted(&info, side);
            let caps = gst::Caps::builder("video/x-raw").field("width", width).field("height", height);
            shape.set_property("caps", caps.field("pixel-aspect-ratio", gst::Fraction::new(1, 1)).build());
        }
        gst::PadProbeReturn::Ok
    });
}

/// Square pixels, no larger than `side` either way, and not larger than they are.
fn fitted(info: &gst_video::VideoInfo, side: u32) -> (i32, i32) {
    let par = info.par();
    let shape = if par.numer() > 0 && par.denom() > 0 { f64::from(par.numer()) / f64::from(par.denom()) } else { 1.0 };
    let (wide, high) = (f64::from(info.width()) * shape, f64::from(info.height()));
    let factor = (f64::from(side) / wide.max(high)).min(1.0);
    // A cast of a float clamps to the target's range.
    let whole = |length: f64| ((length * factor).round() as i32).clamp(1, i32::try_from(side).unwrap_or(i32::MAX));
    (whole(wide), whole(high))
}

/// Links the first pictures that decode; says so on the bus when there are none.
fn link_first(decode: &gst::Element, scale: &gst::Element) {
    let input = scale.static_pad("sink").expect("videoscale has a sink pad");
    let linked = Arc::new(AtomicBool::new(false));
    let linked_now = Arc::clone(&linked);
    decode.connect_pad_added(move |_, pad| {
        let is_raw = pad.current_caps().and_then(|caps| Some(caps.structure(0)?.name().starts_with("video/x-raw"))).unwrap_or(false);
        if is_raw && !linked_now.load(Ordering::Relaxed) && pad.link(&input).is_ok() {
            linked_now.store(true, Ordering::Relaxed);
        }
    });
    decode.connect_no_more_pads(move |decode| {
        if !linked.load(Ordering::Relaxed) {
            gst::element_error!(decode, gst::StreamError::WrongType, ["no pictures"]);
        }
    });
}

fn start(pipeline: &gst::Pipeline) -> Result<(), MediaError> {
    let bus = pipeline.bus().expect("a pipeline has a bus");
    if pipeline.set_state(gst::State::Paused).is_err() {
        return Err(bus_error(pipeline).unwrap_or_else(no_pictures));
    }
    let kinds = [gst::MessageType::Error, gst::MessageType::Element, gst::MessageType::AsyncDone, gst::MessageType::Eos];
    let mut missing = None;
    while let Some(message) = bus.timed_pop_filtered(WAIT, &kinds) {
        match (message.view(), message_error(&message)) {
            (gst::MessageView::AsyncDone(_), _) => return Ok(()),
            (gst::MessageView::Error(_) | gst::MessageView::Eos(_), error) => return Err(missing.or(error).unwrap_or_else(no_pictures)),
            (_, error) => missing = missing.or(error),
        }
    }
    Err(missing.unwrap_or_else(|| MediaError::unplayable("This file takes too long to decode.")))
}
