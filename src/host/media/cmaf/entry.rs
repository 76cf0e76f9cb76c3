//! Sample entries: what a decoder must know before the first frame.

use mp4_atom::esds::{DecoderConfig, DecoderSpecific, EsDescriptor, SLConfig};
use mp4_atom::{Audio, Avc1, Codec, Dfla, Dops, Esds, Flac, FlacMetadataBlock, Mp4a, Opus, Tkhd, Visual};

/// Sampling frequencies by their index in an AudioSpecificConfig (ISO/IEC 14496-3, table 1.18).
const AAC_RATES: [u32; 13] = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

pub enum Entry {
    /// Stereo at 48 kHz.
    Opus,
    /// AAC-LC, stereo.
    Aac {
        rate: u32,
        bitrate: u32,
    },
    Flac(FlacHead),
    /// The source's own H.264 entry and track header, for size and rotation.
    Avc1(Box<Avc1>, Box<Tkhd>),
    /// An entry made elsewhere; with a track header (size and rotation) when it is of pictures.
    Own(Box<Codec>, Option<Box<Tkhd>>),
}

/// What STREAMINFO says (RFC 9639, section 8.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlacHead {
    pub rate: u32,
    pub channels: u8,
    pub bits: u8,
    /// Samples of every frame but the last.
    pub block: u16,
    /// Bytes of the smallest and of the largest frame, 24 bits each; 0 when unknown.
    pub frame_bytes: [u32; 2],
    /// Samples a channel, 36 bits; 0 when unknown.
    pub samples: u64,
    /// Of the samples; zeros when unknown.
    pub md5: [u8; 16],
}

impl Entry {
    /// `None` for sound.
    pub fn picture_header(&self) -> Option<&Tkhd> {
        match self {
            Self::Avc1(_, tkhd) => Some(tkhd),
            Self::Own(_, tkhd) => tkhd.as_deref(),
            _ => None,
        }
    }

    pub fn codec(&self) -> Codec {
        match self {
            Self::Opus => opus().into(),
            Self::Aac { rate, bitrate } => aac(*rate, *bitrate).into(),
            Self::Flac(head) => flac(*head).into(),
            Self::Avc1(source, _) => avc1(source).into(),
            Self::Own(codec, _) => (**codec).clone(),
        }
    }
}

fn audio(rate: u32, channels: u16, bits: u16) -> Audio {
    // A rate over 16 bits does not fit the field; decoders then take the codec's own (FLAC in ISOBMFF, section 3.3.1).
    let rate = u16::try_from(rate).unwrap_or(0);
    Audio { data_reference_index: 1, channel_count: channels, sample_size: bits, sample_rate: rate.into() }
}

/// No pre-skip: the lead-in is declared by the timeline instead, and must not be cut off twice.
fn opus() -> Opus {
    let dops = Dops { output_channel_count: 2, pre_skip: 0, input_sample_rate: 48_000, output_gain: 0, channel_mapping: None };
    Opus { audio: audio(48_000, 2, 16), dops, btrt: None }
}

fn aac(rate: u32, bitrate: u32) -> Mp4a {
    let index = AAC_RATES.iter().position(|known| *known == rate).expect("the encoder is only asked for rates of the table");
    let freq_index = u8::try_from(index).expect("the table has 13 rows");
    let dec_config = DecoderConfig {
        // MPEG-4 audio, an audio stream (ISO/IEC 14496-1, section 7.2.6.6).
        object_type_indication: 0x40,
        stream_type: 5,
        max_bitrate: bitrate,
        avg_bitrate: bitrate,
        dec_specific: Some(DecoderSpecific { profile: 2, freq_index, chan_conf: 2, raw: Vec::new() }),
        ..DecoderConfig::default()
    };
    let es_desc = EsDescriptor { dec_config, sl_config: SLConfig {}, ..EsDescriptor::default() };
    Mp4a { audio: audio(rate, 2, 16), esds: Esds { es_desc }, btrt: None, taic: None }
}

fn flac(head: FlacHead) -> Flac {
    let stream_info = FlacMetadataBlock::StreamInfo {
        minimum_block_size: head.block,
        maximum_block_size: head.block,
        minimum_frame_size: low_bytes(head.frame_bytes[0]).into(),
        maximum_frame_size: low_bytes(head.frame_bytes[1]).into(),
        sample_rate: head.rate,
        num_channels_minus_one: head.channels - 1,
        bits_per_sample_minus_one: head.bits - 1,
        number_of_interchannel_samples: head.samples,
        md5_checksum: head.md5.to_vec(),
    };
    Flac { audio: audio(head.rate, head.channels.into(), head.bits.into()), dfla: Dfla { blocks: vec![stream_info] } }
}

fn low_bytes(number: u32) -> [u8; 3] {
    let [_, low @ ..] = number.to_be_bytes();
    low
}

/// The source's parameter sets, colours and pixel shape; nothing else of its entry.
fn avc1(source: &Avc1) -> Avc1 {
    let visual = Visual { data_reference_index: 1, width: source.visual.width, height: source.visual.height, ..Visual::default() };
    Avc1 { visual, avcc: source.avcc.clone(), colr: source.colr.clone(), pasp: source.pasp.clone(), ..Avc1::default() }
}
