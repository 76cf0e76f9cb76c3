//! What audio and video pipelines share: elements by name, sources that we feed, and the wait for the end.

use std::path::Path;

use gstreamer as gst;
use gstreamer::element_factory::ElementBuilder;
use gstreamer::prelude::*;
use gstreamer_app::AppSrc;

use super::error::ComposeError;
use super::synth::{BYTES_A_FRAME, Pcm};

/// Long enough for the slowest encoder, short enough that a pipeline which hangs is told of.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(120);
const FRAMES_A_BUFFER: usize = 8192;

/// The element `name` with the properties that `set` gives it, or which package is missing.
pub fn element<F>(name: &'static str, set: F) -> Result<gst::Element, ComposeError>
where
    F: for<'a> FnOnce(ElementBuilder<'a>) -> ElementBuilder<'a>,
{
    let factory = gst::ElementFactory::find(name).ok_or(ComposeError::MissingElement { element: name, package: package_of(name) })?;
    set(factory.create()).build().map_err(|error| ComposeError::pipeline(Path::new("the sample library"), error))
}

/// An element as it comes.
pub fn plain(name: &'static str) -> Result<gst::Element, ComposeError> {
    element(name, |builder| builder)
}

/// Where the pipeline's bytes go.
pub fn file_sink(path: &Path) -> Result<gst::Element, ComposeError> {
    let location = path.to_owned();
    element("filesink", |sink| sink.property("location", location))
}

fn package_of(element: &str) -> &'static str {
    match element {
        "x264enc" | "xingmux" => "gstreamer1.0-plugins-ugly",
        "voaacenc" | "h264parse" => "gstreamer1.0-plugins-bad",
        "lamemp3enc" | "flacenc" | "mp4mux" => "gstreamer1.0-plugins-good",
        _ => "gstreamer1.0-plugins-base",
    }
}

/// A source that holds all of `pcm` already, end included.
pub fn pcm_source(pcm: &Pcm) -> AppSrc {
    let caps = gst::Caps::builder("audio/x-raw")
        .field("format", "S16LE")
        .field("layout", "interleaved")
        .field("rate", i32::try_from(pcm.rate_hz).expect("an audio rate fits"))
        .field("channels", 2)
        .build();
    let source = AppSrc::builder().caps(&caps).format(gst::Format::Time).max_bytes(u64::MAX).build();
    let mut frame = 0u64;
    for piece in pcm.bytes.chunks(FRAMES_A_BUFFER * BYTES_A_FRAME) {
        let frames = (piece.len() / BYTES_A_FRAME) as u64;
        let mut buffer = gst::Buffer::from_mut_slice(piece.to_vec());
        let stamped = buffer.get_mut().expect("a new buffer has one owner");
        stamped.set_pts(frames_to_time(frame, pcm.rate_hz));
        stamped.set_duration(frames_to_time(frame + frames, pcm.rate_hz) - frames_to_time(frame, pcm.rate_hz));
        frame += frames;
        // refused only when the pipeline has failed, which run() then tells
        let _ = source.push_buffer(buffer);
    }
    let _ = source.end_of_stream();
    source
}

fn frames_to_time(frames: u64, rate_hz: u32) -> gst::ClockTime {
    gst::ClockTime::from_nseconds(frames * 1_000_000_000 / u64::from(rate_hz))
}

/// Adds `chain` to `pipeline` and links it in order.
pub fn link_chain(pipeline: &gst::Pipeline, chain: &[&gst::Element], path: &Path) -> Result<(), ComposeError> {
    for one in chain.iter().filter(|one| one.parent().is_none()) {
        pipeline.add(*one).map_err(|error| ComposeError::pipeline(path, error))?;
    }
    gst::Element::link_many(chain.iter().copied()).map_err(|error| ComposeError::pipeline(path, error))
}

/// Plays `pipeline` to its end, and takes it down however it ended.
pub fn run(pipeline: &gst::Pipeline, path: &Path) -> Result<(), ComposeError> {
    let result = play_to_end(pipeline, path);
    let stopped = pipeline.set_state(gst::State::Null);
    result.and(stopped.map(drop).map_err(|error| ComposeError::pipeline(path, error)))
}

fn play_to_end(pipeline: &gst::Pipeline, path: &Path) -> Result<(), ComposeError> {
    let bus = pipeline.bus().expect("a pipeline has a bus");
    let started = pipeline.set_state(gst::State::Playing);
    let wanted = [gst::MessageType::Eos, gst::MessageType::Error];
    let patience = if started.is_ok() { PATIENCE } else { gst::ClockTime::ZERO };
    match bus.timed_pop_filtered(patience, &wanted) {
        Some(message) => match message.view() {
            gst::MessageView::Error(error) => Err(ComposeError::pipeline(path, error.error())),
            _ => Ok(()),
        },
        None => Err(ComposeError::pipeline(path, "the pipeline does not come to its end")),
    }
}
