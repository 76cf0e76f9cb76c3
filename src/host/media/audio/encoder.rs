//! A fresh encoder for each segment: what it gives depends only on what it is fed.

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_audio as gst_audio;

use super::pipeline::{bytes_of, element, plain_convert, run_through};
use crate::host::media::error::MediaError;
use crate::protocol::Rendition;

/// Bits a second of `aac_256`.
pub const AAC_BITRATE: u32 = 256_000;
const OPUS_BITRATE: i32 = 160_000;
/// Samples of a FLAC frame.
pub const FLAC_BLOCK: u16 = 4096;

/// Encodes interleaved samples in `info`'s format; one packet a codec frame.
pub fn encode(rendition: Rendition, info: &gst_audio::AudioInfo, pcm: Vec<u8>) -> Result<Vec<Vec<u8>>, MediaError> {
    let caps = info.to_caps().map_err(MediaError::internal)?;
    let buffers = run_through(&caps, pcm, &stages(rendition)?)?;
    buffers.iter().map(|buffer| bytes_of(buffer).map(|bytes| bytes.to_vec())).collect()
}

fn stages(rendition: Rendition) -> Result<Vec<gst::Element>, MediaError> {
    match rendition {
        Rendition::Opus160 => {
            let encoder = element("opusenc")?;
            encoder.set_property("bitrate", OPUS_BITRATE);
            encoder.set_property_from_str("bitrate-type", "constrained-vbr");
            Ok(vec![plain_convert()?, encoder])
        }
        Rendition::Aac256 => {
            let encoder = element("voaacenc")?;
            encoder.set_property("bitrate", i32::try_from(AAC_BITRATE).expect("a small number"));
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
        Rendition::H264 => Err(MediaError::internal("pictures are never encoded")),
    }
}
