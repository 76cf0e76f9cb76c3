//! Everything that cannot be played or made here until something is installed.

use gstreamer as gst;

use super::codecs::CODECS;
use super::package_of;
use crate::host::media::job::{Lack, WantedBy};

/// Without these no rendition of the kind can be made: one of each line must be there.
const ENCODERS: [(&str, &[&str], WantedBy); 4] = [
    ("encoding sound as Opus", &["opusenc"], WantedBy::Sound),
    ("encoding sound as AAC", &["voaacenc"], WantedBy::Sound),
    ("encoding sound as FLAC", &["flacenc"], WantedBy::Sound),
    ("encoding video", &["x264enc", "openh264enc", "nvh264enc", "vah264enc", "vaapih264enc", "qsvh264enc"], WantedBy::Pictures),
];

/// In a worker, after GStreamer was started.
pub fn lacks() -> Vec<Lack> {
    // What ranks below is not chosen by itself.
    let decoders = gst::ElementFactory::factories_with_type(gst::ElementFactoryType::DECODER, gst::Rank::MARGINAL);
    let missing = CODECS.iter().filter(|known| !known.is_decoded(&decoders));
    let codecs = missing.map(|known| Lack::new(known.name, known.package, WantedBy::Codec));
    let is_missing = |names: &&[&str]| !names.iter().any(|name| gst::ElementFactory::find(name).is_some());
    let encoders = ENCODERS.iter().filter(|(_, names, _)| is_missing(names));
    let encoders = encoders.map(|(what, names, wanted_by)| Lack::new(what, names.first().map_or("", |name| package_of(name)), *wanted_by));
    codecs.chain(encoders).collect()
}
