//! The few things every GStreamer pipeline here needs: elements by name, one error out of the bus, bytes through and out.

use gst::prelude::*;
use gstreamer as gst;

use crate::host::media::error::MediaError;
use crate::host::media::plugins;

/// Longest wait for one step of a pipeline. The parent's own limit is the last word; this one gives the better error.
pub const STEP: gst::ClockTime = gst::ClockTime::from_seconds(4);

/// What fetches more than the file it is given: a playlist that is named like a film must not make the host ask the network.
const FETCHERS: [&str; 8] = ["hlsdemux", "hlsdemux2", "dashdemux", "dashdemux2", "mssdemux", "mssdemux2", "sdpdemux", "rtspsrc"];

/// Loaded before the first job: a plugin read from a cold disk costs more than the decoding.
const PRELOADED: [&str; 18] = [
    "filesrc",
    "decodebin",
    "audioconvert",
    "audioresample",
    "appsrc",
    "opusenc",
    "voaacenc",
    "flacenc",
    "flacparse",
    "flacdec",
    "mpegaudioparse",
    "mpg123audiodec",
    "oggdemux",
    "vorbisdec",
    "opusdec",
    "qtdemux",
    "aacparse",
    "avdec_aac",
];

/// Starts GStreamer, loads what every song needs, and pins the MP3 decoder: trims are exact only for the one whose delay is known.
pub fn prepare() -> Result<(), MediaError> {
    gst::init().map_err(MediaError::internal)?;
    let registry = gst::Registry::get();
    for fetcher in FETCHERS {
        if let Some(feature) = registry.lookup_feature(fetcher) {
            feature.set_rank(gst::Rank::NONE);
        }
    }
    if registry.lookup_feature("mpg123audiodec").is_some() {
        for other in ["avdec_mp3", "avdec_mp3float", "flump3dec", "mad"] {
            if let Some(feature) = registry.lookup_feature(other) {
                feature.set_rank(gst::Rank::NONE);
            }
        }
    }
    for name in PRELOADED {
        // A missing one is told when it is needed.
        let _ = gst::ElementFactory::find(name).and_then(|factory| factory.load().ok());
    }
    Ok(())
}

pub fn element(name: &str) -> Result<gst::Element, MediaError> {
    gst::ElementFactory::make(name).build().map_err(|_| plugins::no_element(name))
}

/// A converter of sample formats without dither, which is random: the same segment must have the same bytes each time.
pub fn plain_convert() -> Result<gst::Element, MediaError> {
    let convert = element("audioconvert")?;
    convert.set_property_from_str("dithering", "none");
    convert.set_property_from_str("noise-shaping", "none");
    Ok(convert)
}

/// Puts the elements into a new pipeline, linked in order.
pub fn chain(elements: &[&gst::Element]) -> Result<gst::Pipeline, MediaError> {
    let pipeline = gst::Pipeline::new();
    pipeline.add_many(elements).map_err(MediaError::internal)?;
    gst::Element::link_many(elements).map_err(MediaError::internal)?;
    Ok(pipeline)
}

/// A pipeline that is stopped when it is let go.
pub struct Running(pub gst::Pipeline);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.set_state(gst::State::Null);
    }
}

/// What the bus says went wrong, if anything did.
pub fn bus_error(pipeline: &gst::Pipeline) -> Option<MediaError> {
    let bus = pipeline.bus()?;
    let mut found = None;
    while let Some(message) = bus.pop_filtered(&[gst::MessageType::Error, gst::MessageType::Element]) {
        match message_error(&message) {
            // Names the cure, so it counts for more than the error that follows it.
            Some(missing @ MediaError::MissingPlugin(_)) => return Some(missing),
            Some(error) => found = found.or(Some(error)),
            None => {}
        }
    }
    found
}

/// The error in a bus message. GStreamer's own texts hold paths, so none is passed on.
pub fn message_error(message: &gst::Message) -> Option<MediaError> {
    match message.view() {
        gst::MessageView::Error(_) => Some(MediaError::unplayable("This file is damaged, or is not media that the host can decode.")),
        gst::MessageView::Element(_) => plugins::missing_in(message),
        _ => None,
    }
}

pub fn bytes_of(buffer: &gst::Buffer) -> Result<gst::BufferMap<'_, gst::buffer::Readable>, MediaError> {
    buffer.map_readable().map_err(MediaError::internal)
}
