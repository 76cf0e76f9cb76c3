//! A fresh encoder for each segment: what it gives depends only on what it is fed.

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_audio as gst_audio;

use super::downmix;
use super::flow::Flow;
use super::pipeline::{bytes_of, element, plain_convert};
use super::resample::{Rates, drop_first};
use crate::host::media::error::MediaError;
use crate::protocol::Rendition;

/// Samples of a FLAC frame.
pub const FLAC_BLOCK: u16 = 4096;
/// Most channels of a FLAC frame (RFC 9639, section 9.1.3).
const FLAC_CHANNELS_MAX: u32 = 8;
/// Bytes of a sample of two floats.
const STEREO_UNIT: usize = 8;

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

/// Takes samples as they are decoded; gives one packet a codec frame.
pub struct Encoder {
    flow: Flow,
    /// Bytes of a sample of eight channels that go into FLAC.
    turned: Option<usize>,
}

impl Encoder {
    /// `source` is what will be fed, at `rates.from`; the first `drop` samples of what that becomes at `rates.to` are left out.
    pub fn start(rendition: Rendition, source: &gst_audio::AudioInfo, rates: Rates, drop: usize) -> Result<Self, MediaError> {
        if rendition == Rendition::Flac {
            let turned = (source.channels() == 8).then_some(source.bpf() as usize);
            return Ok(Self { flow: Flow::start(&as_flac_lays_them(source)?, &exact_stages(source)?)?, turned });
        }
        let convert = plain_convert()?;
        downmix::set(&convert, source);
        let caps = gst::Caps::builder("audio/x-raw").field("format", "F32LE").field("channels", 2i32);
        let filter = element("capsfilter")?;
        filter.set_property("caps", caps.field("channel-mask", gst::Bitmask::new(3)).build());
        let resample = rates.stages()?;
        if let Some(last) = resample.last() {
            drop_first(last, drop, rates.to, STEREO_UNIT);
        }
        let stages = [vec![convert, filter], resample, vec![plain_convert()?, lossy(rendition)?]].concat();
        Ok(Self { flow: Flow::start(source, &stages)?, turned: None })
    }

    pub fn feed(&mut self, mut pcm: Vec<u8>) -> Result<(), MediaError> {
        if let Some(unit) = self.turned {
            downmix::turn_flac_pairs(&mut pcm, unit);
        }
        self.flow.feed(pcm)
    }

    pub fn finish(&self) -> Result<(), MediaError> {
        self.flow.finish()
    }

    /// A packet that is made already.
    pub fn ready(&self) -> Result<Option<Vec<u8>>, MediaError> {
        self.flow.ready().as_ref().map(packet).transpose()
    }

    /// Waits for the next packet; `None` at the end.
    pub fn next(&self) -> Result<Option<Vec<u8>>, MediaError> {
        self.flow.next()?.as_ref().map(packet).transpose()
    }
}

fn packet(buffer: &gst::Buffer) -> Result<Vec<u8>, MediaError> {
    bytes_of(buffer).map(|bytes| bytes.to_vec())
}

fn lossy(rendition: Rendition) -> Result<gst::Element, MediaError> {
    let bits = i32::try_from(bitrate(rendition)).expect("a small number");
    let encoder = match rendition {
        Rendition::Opus96 | Rendition::Opus160 => {
            let encoder = element("opusenc")?;
            encoder.set_property_from_str("bitrate-type", "constrained-vbr");
            encoder
        }
        Rendition::Aac128 | Rendition::Aac256 => element("voaacenc")?,
        _ => return Err(MediaError::internal("not an encoding of sound")),
    };
    encoder.set_property("bitrate", bits);
    Ok(encoder)
}

fn exact_stages(source: &gst_audio::AudioInfo) -> Result<Vec<gst::Element>, MediaError> {
    let filter = element("capsfilter")?;
    let format = if integer_bits(source) == 16 { "S16LE" } else { "S24_32LE" };
    filter.set_property("caps", gst::Caps::builder("audio/x-raw").field("format", format).build());
    let encoder = element("flacenc")?;
    encoder.set_property_from_str("quality", "5");
    encoder.set_property("blocksize", u32::from(FLAC_BLOCK));
    encoder.set_property("seekpoints", 0i32);
    encoder.set_property("padding", 0u32);
    Ok(vec![plain_convert()?, filter, encoder, element("flacparse")?])
}

/// Bits of the integers in which FLAC keeps such a source: 16, or 24 for whatever has more.
pub fn integer_bits(source: &gst_audio::AudioInfo) -> u8 {
    if source.is_integer() && source.depth() <= 16 { 16 } else { 24 }
}

/// FLAC knows one layout for each number of channels; others (side channels for rear ones) are named as that, in the order they have.
fn as_flac_lays_them(source: &gst_audio::AudioInfo) -> Result<gst_audio::AudioInfo, MediaError> {
    const MASKS: [u64; 6] = [0x7, 0x33, 0x37, 0x3f, 0x13f, 0xc3f];
    let channels = source.channels();
    if channels > FLAC_CHANNELS_MAX {
        return Err(MediaError::unplayable("This file has more channels than FLAC can hold. Choose another quality."));
    }
    let mask = match channels {
        1 => return Ok(source.clone()),
        2 => 3,
        more => MASKS[more as usize - 3],
    };
    let mut caps = source.to_caps().map_err(MediaError::internal)?;
    caps.make_mut().set("channel-mask", gst::Bitmask::new(mask));
    gst_audio::AudioInfo::from_caps(&caps).map_err(MediaError::internal)
}
