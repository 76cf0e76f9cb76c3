//! The few things every GStreamer pipeline here needs: elements by name, one error out of the bus, bytes through and out.

use gst::prelude::*;
use gstreamer as gst;

use crate::host::media::error::MediaError;

/// Longest wait for one step of a pipeline. The parent's own limit is the last word; this one gives the better error.
pub const STEP: gst::ClockTime = gst::ClockTime::from_seconds(4);

/// Elements by name and the Debian package that holds each.
const PACKAGES: [(&str, &str); 4] = [
    ("opusenc", "gstreamer1.0-plugins-base"),
    ("voaacenc", "gstreamer1.0-plugins-bad"),
    ("flacenc", "gstreamer1.0-plugins-good"),
    ("flacparse", "gstreamer1.0-plugins-good"),
];

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
    gst::ElementFactory::make(name).build().map_err(|_| {
        let package = PACKAGES.iter().find(|(known, _)| *known == name).map_or("gstreamer1.0-plugins-base", |(_, package)| package);
        MediaError::MissingPlugin(format!("The host lacks the GStreamer element {name}. Install the package {package} on it."))
    })
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
        gst::MessageView::Element(element) => {
            let structure = element.structure().filter(|structure| structure.name() == "missing-plugin")?;
            let what = structure.get::<String>("name").unwrap_or_else(|_| "a decoder".to_owned());
            Some(MediaError::MissingPlugin(format!(
                "The host lacks a plugin for this file ({what}). Install the packages gstreamer1.0-libav and gstreamer1.0-plugins-ugly on it."
            )))
        }
        _ => None,
    }
}

pub fn bytes_of(buffer: &gst::Buffer) -> Result<gst::BufferMap<'_, gst::buffer::Readable>, MediaError> {
    buffer.map_readable().map_err(MediaError::internal)
}
