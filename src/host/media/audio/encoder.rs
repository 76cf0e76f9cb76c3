//! A fresh encoder for each segment: what it gives depends only on what it is fed.

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_audio as gst_audio;

use super::pipeline::{bytes_of, element, plain_convert, run_through};
use crate::host::media::error::MediaError;
use crate::protocol::Rendition;

/// Samples of a FLAC frame.
pub const FLAC_BLOCK: u16 = 4096;

/// Bits a second of a lossy rendition; 0 for others.
pub fn bitrate(rendition: Rendition) -> u32 {
    match rendition {
        Rendition::Opus96 => 96_000,
        Rendition::Opus160 => 160_000,
        Rendition::Aac128 => 128_000,
        Rendition::Aac256 => 256_000,
        _ => 0,
    }
}

/// Encodes interleaved samples in `info`'s format; one packet a codec frame.
pub fn encode(rendition: Rendition, info: &gst_audio::AudioInfo, pcm: Vec<u8>) -> Result<Vec<Vec<u8>>, MediaError> {
    let caps = info.to_caps().map_err(MediaError::internal)?;
    let buffers = run_through(&caps, pcm, &stages(rendition)?)?;
    buffers.iter().map(|buffer| bytes_of(buffer).map(|bytes| bytes.to_vec())).collect()
}

fn stages(rendition: Rendition) -> Result<Vec<gst::Element>, MediaError> {
    match rendition {
        Rendition::Opus96 | Rendition::Opus160 => {
            let encoder = element("opusenc")?;
            encoder.set_property("bitrate", i32::try_from(bitrate(rendition)).expect("a small number"));
            encoder.set_property_from_str("bitrate-type", "constrained-vbr");
            Ok(vec![plain_convert()?, encoder])
        }
        Rendition::Aac128 | Rendition::Aac256 => {
            let encoder = element("voaacenc")?;
            encoder.set_property("bitrate", i32::try_from(bitrate(rendition)).expect("a small number"));
            Ok(vec![plain_convert()?, encoder])
        }
        Rendition::Flac => {
            let encoder = element("flacenc")?;
            encoder.set_property_from_str("quality", "5");
            encoder.set_property("blocksize", u32::from(FLAC_BLOCK));
            encoder.set_property("seekpoints", 0i32);
            encoder.set_property("padding", 0u32);
            Ok(vec![encoder, element("flacparse")?])
        }
        _ => Err(MediaError::internal("not an encoding of sound")),
    }
}
