//! One file's pictures as they are decoded, with the moment at which each is shown.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;

use crate::host::media::audio::pipeline::{Running, bus_error, chain, element, message_error};
use crate::host::media::error::MediaError;
use crate::host::media::moments::Moments;

/// Longest wait for a decoder's next picture, and for opening.
pub const STEP: gst::ClockTime = gst::ClockTime::from_seconds(4);
/// More than any camera or screen makes; a picture that claims more is refused before memory is asked for it.
const SIDE_MAX: i32 = 16_384;
const PIXELS_MAX: i64 = 8_192 * 8_192;
/// Decoded pictures that wait: each may be large.
const AHEAD: u32 = 3;

/// A decoded picture.
#[derive(Clone)]
pub struct Picture {
    pub buffer: gst::Buffer,
    pub caps: gst::Caps,
    /// Nanoseconds from the file's beginning: edit lists have been taken out of it.
    pub at: i64,
}

/// What was wrong with a file, found where GStreamer's own errors do not tell it.
#[derive(Default)]
struct Findings {
    no_pictures: AtomicBool,
    too_large: AtomicBool,
}

pub struct Source {
    pipeline: Running,
    sink: gst_app::AppSink,
    findings: Arc<Findings>,
    moments: Moments,
    pub info: gst_video::VideoInfo,
    /// By the container; of its longest stream.
    pub duration_ns: Option<u64>,
    /// Media type of the container, e.g. `video/mpegts`.
    pub container: String,
    /// How it must be turned to be upright; `None` when it is.
    pub turn: Option<gst_video::VideoOrientationMethod>,
}

impl Source {
    /// Opens a file that is known to be a regular one. `stream`: which of its pictures, counted from 0.
    pub fn open(path: &Path, stream: u8) -> Result<Self, MediaError> {
        let file = element("filesrc")?;
        file.set_property("location", path);
        let decode = element("decodebin")?;
        pass_over_the_rest(&decode);
        let deinterlace = element("deinterlace")?;
        // One picture out of two fields, by both of them; pictures that are whole pass through untouched.
        deinterlace.set_property_from_str("mode", "auto");
        deinterlace.set_property_from_str("fields", "top");
        deinterlace.set_property_from_str("method", "yadif");
        let sink = gst_app::AppSink::builder().sync(false).max_buffers(AHEAD).build();
        let pipeline = chain(&[&deinterlace, sink.upcast_ref()])?;
        pipeline.add_many([&file, &decode]).map_err(MediaError::internal)?;
        file.link(&decode).map_err(MediaError::internal)?;
        let findings = Arc::new(Findings::default());
        guard_decoders(&decode, &findings);
        link_pictures(&decode, &deinterlace, stream, &findings);
        let pipeline = Running(pipeline);
        wait_for_preroll(&pipeline.0, &findings)?;
        let no_pictures = || findings.error().unwrap_or_else(no_pictures);
        let sample = sink.pull_preroll().map_err(|_| no_pictures())?;
        let info = sample.caps().and_then(|caps| gst_video::VideoInfo::from_caps(caps).ok()).ok_or_else(no_pictures)?;
        let moments = Moments::new(&pipeline.0, sample.segment());
        let duration_ns = duration(&pipeline.0);
        let turn = turn(&sink);
        let container = container(&decode);
        pipeline.0.set_state(gst::State::Playing).map_err(MediaError::internal)?;
        Ok(Self { pipeline, sink, findings, moments, info, duration_ns, container, turn })
    }

    /// Goes on from the last key frame at or before a moment; false when the file takes no such seek.
    pub fn seek(&self, at: i64) -> bool {
        let at = self.moments.target(u64::try_from(at).unwrap_or(0));
        self.pipeline.0.seek_simple(gst::SeekFlags::FLUSH | gst::SeekFlags::KEY_UNIT | gst::SeekFlags::SNAP_BEFORE, at).is_ok()
    }

    /// The next picture; `None` at the end.
    ///
    /// # Errors
    /// When the rest cannot be decoded, or not in time: this source is then of no more use.
    pub fn next(&self) -> Result<Option<Picture>, MediaError> {
        while let Some(sample) = self.sink.try_pull_sample(STEP) {
            if let Some(picture) = self.picture(&sample) {
                return Ok(Some(picture));
            }
        }
        if let Some(error) = self.findings.error().or_else(|| bus_error(&self.pipeline.0)) {
            return Err(error);
        }
        if self.sink.is_eos() { Ok(None) } else { Err(MediaError::unplayable("This file takes too long to decode.")) }
    }

    fn picture(&self, sample: &gst::Sample) -> Option<Picture> {
        let buffer = sample.buffer_owned()?;
        let at = self.moments.of(sample.segment()?, buffer.pts()?)?;
        Some(Picture { buffer, caps: sample.caps_owned()?, at })
    }
}

impl Findings {
    fn error(&self) -> Option<MediaError> {
        if self.too_large.load(Ordering::Relaxed) {
            return Some(MediaError::unplayable("The pictures of this file are larger than the host can show."));
        }
        self.no_pictures.load(Ordering::Relaxed).then(no_pictures)
    }
}

pub fn no_pictures() -> MediaError {
    MediaError::unplayable("This file has no pictures that the host can decode.")
}

/// Lets a stream that is not wanted run to nowhere: unlinked, it would fail the demuxer as soon as the pictures are over.
pub fn discard(pad: &gst::Pad) {
    pad.add_probe(gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST, |_, _| gst::PadProbeReturn::Drop);
}

fn is_of(pad: &gst::Pad, kind: &str) -> bool {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    caps.structure(0).is_some_and(|caps| caps.name().starts_with(kind))
}

/// Sound and text are not decoded. By this signal and not by decodebin's own `expose-all-streams`, which of GStreamer 1.22 takes avdec_h264
/// for a decoder of something else.
fn pass_over_the_rest(decode: &gst::Element) {
    decode.connect("autoplug-continue", false, |values| {
        let caps = values.get(2).and_then(|value| value.get::<gst::Caps>().ok());
        let name = caps.and_then(|caps| caps.structure(0).map(|caps| caps.name().to_string())).unwrap_or_default();
        let other = ["audio/", "text/", "subpicture/", "subtitle/", "closedcaption/"].iter().any(|kind| name.starts_with(kind));
        Some((!other).to_value())
    });
}

/// Links the wanted one of the streams that decode to pictures; says so on the bus when there is none.
fn link_pictures(decode: &gst::Element, first: &gst::Element, stream: u8, findings: &Arc<Findings>) {
    let input = first.static_pad("sink").expect("every filter has a sink pad");
    let (seen, linked) = (AtomicU32::new(0), Arc::new(AtomicBool::new(false)));
    let linked_now = Arc::clone(&linked);
    decode.connect_pad_added(move |_, pad| {
        let wanted = is_of(pad, "video/x-raw") && seen.fetch_add(1, Ordering::Relaxed) == u32::from(stream);
        if wanted && pad.link(&input).is_ok() {
            linked_now.store(true, Ordering::Relaxed);
        } else {
            discard(pad);
        }
    });
    let findings = Arc::clone(findings);
    decode.connect_no_more_pads(move |decode| {
        if !linked.load(Ordering::Relaxed) {
            findings.no_pictures.store(true, Ordering::Relaxed);
            gst::element_error!(decode, gst::StreamError::WrongType, ["no pictures"]);
        }
    });
}

/// Refuses pictures of an absurd size before a decoder hears of them, and lets no number of damaged frames end a film.
fn guard_decoders(decode: &gst::Element, findings: &Arc<Findings>) {
    let findings = Arc::clone(findings);
    decode.downcast_ref::<gst::Bin>().expect("decodebin is a bin").connect_deep_element_added(move |_, _, inner| {
        let Some(factory) = inner.factory().filter(|factory| factory.has_type(gst::ElementFactoryType::DECODER)) else { return };
        if !factory.has_type(gst::ElementFactoryType::MEDIA_VIDEO) {
            return;
        }
        if inner.find_property("max-errors").is_some() {
            inner.set_property("max-errors", -1i32);
        }
        // After a seek that found no key frame, and in a damaged place: the picture before stays instead.
        if inner.find_property("output-corrupt").is_some() {
            inner.set_property("output-corrupt", false);
        }
        for pad in inner.pads() {
            let (findings, inner) = (Arc::clone(&findings), inner.downgrade());
            pad.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, probe| {
                let Some(gst::EventView::Caps(event)) = probe.event().map(|event| event.view()) else { return gst::PadProbeReturn::Ok };
                if sane(event.caps()) {
                    return gst::PadProbeReturn::Ok;
                }
                findings.too_large.store(true, Ordering::Relaxed);
                if let Some(inner) = inner.upgrade() {
                    gst::element_error!(inner, gst::StreamError::WrongType, ["too large"]);
                }
                gst::PadProbeReturn::Drop
            });
        }
    });
}

/// Caps without a size say nothing against a stream.
fn sane(caps: &gst::CapsRef) -> bool {
    let Some(structure) = caps.structure(0) else { return true };
    let (Ok(width), Ok(height)) = (structure.get::<i32>("width"), structure.get::<i32>("height")) else { return true };
    (0..=SIDE_MAX).contains(&width) && (0..=SIDE_MAX).contains(&height) && i64::from(width) * i64::from(height) <= PIXELS_MAX
}

fn wait_for_preroll(pipeline: &gst::Pipeline, findings: &Findings) -> Result<(), MediaError> {
    let bus = pipeline.bus().expect("a pipeline has a bus");
    let late = Instant::now() + Duration::from(STEP);
    if pipeline.set_state(gst::State::Paused).is_err() {
        return Err(findings.error().or_else(|| bus_error(pipeline)).unwrap_or(MediaError::Gone));
    }
    let mut missing = None;
    let kinds = [gst::MessageType::Error, gst::MessageType::Element, gst::MessageType::AsyncDone, gst::MessageType::Eos];
    loop {
        let left = late.saturating_duration_since(Instant::now());
        let wait = gst::ClockTime::try_from(left).unwrap_or(gst::ClockTime::ZERO);
        let Some(message) = bus.timed_pop_filtered(wait, &kinds) else {
            return Err(missing.unwrap_or_else(|| MediaError::unplayable("This file takes too long to open.")));
        };
        match message.view() {
            gst::MessageView::AsyncDone(_) => return findings.error().map_or(Ok(()), Err),
            gst::MessageView::Eos(_) => return Err(missing.or_else(|| findings.error()).unwrap_or_else(no_pictures)),
            _ => match message_error(&message) {
                // Not yet fatal: it may be the sound's.
                Some(error @ MediaError::MissingPlugin(_)) => missing = Some(error),
                Some(error) => return Err(findings.too_large().or(missing).or_else(|| findings.error()).unwrap_or(error)),
                None => {}
            },
        }
    }
}

impl Findings {
    fn too_large(&self) -> Option<MediaError> {
        self.too_large.load(Ordering::Relaxed).then(|| self.error()).flatten()
    }
}

/// By the demuxer itself: a parser behind one that does not know would guess by bytes.
fn duration(pipeline: &gst::Pipeline) -> Option<u64> {
    let elements = pipeline.iterate_recurse().into_iter().flatten();
    let is_demuxer = |element: &gst::Element| element.factory().is_some_and(|factory| factory.has_type(gst::ElementFactoryType::DEMUXER));
    let pads = elements.filter(is_demuxer).flat_map(|demuxer| demuxer.src_pads());
    let known = pads.filter_map(|pad| pad.query_duration::<gst::ClockTime>());
    known.map(|duration| duration.nseconds()).find(|ns| *ns > 0)
}

fn container(decode: &gst::Element) -> String {
    let typefind = decode.downcast_ref::<gst::Bin>().and_then(|bin| bin.by_name("typefind"));
    let caps = typefind.and_then(|element| element.property::<Option<gst::Caps>>("caps"));
    caps.and_then(|caps| caps.structure(0).map(|structure| structure.name().to_string())).unwrap_or_default()
}

/// By the stream's tags, which come before its first picture.
fn turn(sink: &gst_app::AppSink) -> Option<gst_video::VideoOrientationMethod> {
    let mut found = None;
    sink.static_pad("sink").expect("a sink has a pad").sticky_events_foreach(|event| {
        if let gst::EventView::Tag(tag) = event.view()
            && let Some(method) = gst_video::VideoOrientationMethod::from_tag(tag.tag())
        {
            found = Some(method);
        }
        std::ops::ControlFlow::Continue(gst::EventForeachAction::Keep)
    });
    found.filter(|method| *method != gst_video::VideoOrientationMethod::Identity)
}
