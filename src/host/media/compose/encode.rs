//! Music into files.

use std::path::Path;

use gstreamer as gst;
use gstreamer::prelude::*;

use super::error::ComposeError;
use super::pipeline::{element, file_sink, link_chain, pcm_source, plain, run};
use super::synth::Pcm;

/// The five formats of the sample library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Flac,
    Mp3,
    M4a,
    OggVorbis,
    Opus,
}

impl Format {
    pub fn extension(self) -> &'static str {
        match self {
            Self::Flac => "flac",
            Self::Mp3 => "mp3",
            Self::M4a => "m4a",
            Self::OggVorbis => "ogg",
            Self::Opus => "opus",
        }
    }

    /// Opus knows 48 kHz alone; the others carry what a CD holds.
    pub fn rate_hz(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            _ => 44_100,
        }
    }

    /// Encoder and container, in the order of the data.
    fn elements(self) -> Result<Vec<gst::Element>, ComposeError> {
        Ok(match self {
            Self::Flac => vec![plain("flacenc")?],
            Self::Mp3 => {
                let encoder = element("lamemp3enc", |mp3| {
                    mp3.property_from_str("target", "bitrate").property("bitrate", 192i32).property("cbr", true)
                })?;
                vec![encoder, plain("xingmux")?]
            }
            Self::M4a => vec![aac_encoder()?, plain("mp4mux")?],
            Self::OggVorbis => vec![element("vorbisenc", |vorbis| vorbis.property("quality", 0.5f32))?, plain("oggmux")?],
            Self::Opus => vec![element("opusenc", |opus| opus.property("bitrate", 128_000i32))?, plain("oggmux")?],
        })
    }
}

pub fn aac_encoder() -> Result<gst::Element, ComposeError> {
    element("voaacenc", |aac| aac.property("bitrate", 192_000i32))
}

/// Writes `pcm` to `path`, without tags.
pub fn encode(pcm: &Pcm, format: Format, path: &Path) -> Result<(), ComposeError> {
    let pipeline = gst::Pipeline::new();
    let source = pcm_source(pcm);
    let sink = file_sink(path)?;
    let convert = plain("audioconvert")?;
    let encoding = format.elements()?;
    let mut chain = vec![source.upcast_ref(), &convert];
    chain.extend(&encoding);
    chain.push(&sink);
    link_chain(&pipeline, &chain, path)?;
    run(&pipeline, path)
}
