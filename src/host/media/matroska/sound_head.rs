//! What the copy of a track of sound is sent with.

use mp4_atom::esds::{DecoderConfig, DecoderSpecific, EsDescriptor, SLConfig};
use mp4_atom::{Audio, Codec, Dops, Esds, Mp4a, Opus, OpusChannelMapping};

use super::blocks::Walker;
use super::header::Matroska;
use super::tracks::Track;
use crate::host::media::cmaf::{Entry, FlacHead};
use crate::host::media::codecs::{AacConfig, aac_mime};
use crate::host::media::copy::opus;

/// Packets that are asked whether they are all of one length.
const PACKETS_ASKED: usize = 16;

#[derive(Clone, Debug)]
pub struct SoundHead {
    pub entry: Codec,
    pub mime: String,
    /// Hz; what times are counted in.
    pub rate: u32,
    /// Samples of every frame.
    pub frame: u32,
    /// Samples that a decoder gives before the content.
    pub delay: u32,
    /// Samples of the content, when the codec says so.
    pub samples: Option<u64>,
}

/// `None` when such sound cannot be sent as it is.
pub fn sound_head(file: &mut Matroska, track: &Track) -> Option<SoundHead> {
    track.packing.as_ref()?.prefix()?;
    let head = match track.codec_id.as_str() {
        "A_AAC" => aac(track)?,
        "A_OPUS" => opus_head(file, track)?,
        "A_FLAC" => flac(track)?,
        _ => return None,
    };
    // Frames are told apart by their stamps, which must be finer than they are long.
    let frame_ns = u64::from(head.frame) * 1_000_000_000 / u64::from(head.rate);
    (file.tick_ns * 2 < frame_ns).then_some(head)
}

fn audio(rate: u32, channels: u16, bits: u16) -> Audio {
    Audio { data_reference_index: 1, channel_count: channels, sample_size: bits, sample_rate: u16::try_from(rate).unwrap_or(0).into() }
}

fn aac(track: &Track) -> Option<SoundHead> {
    let config = AacConfig::parse(&track.codec_private)?;
    let dec_config = DecoderConfig {
        // MPEG-4 audio, an audio stream (ISO/IEC 14496-1, section 7.2.6.6).
        object_type_indication: 0x40,
        stream_type: 5,
        dec_specific: Some(DecoderSpecific { raw: track.codec_private.clone(), ..DecoderSpecific::default() }),
        ..DecoderConfig::default()
    };
    let es_desc = EsDescriptor { dec_config, sl_config: SLConfig {}, ..EsDescriptor::default() };
    let entry = Mp4a { audio: audio(config.rate, config.channels.into(), 16), esds: Esds { es_desc }, btrt: None, taic: None };
    let delay = u128::from(track.codec_delay) * u128::from(config.rate) + 500_000_000;
    Some(SoundHead {
        entry: entry.into(),
        mime: aac_mime(config.object_type),
        rate: config.rate,
        frame: config.frame,
        delay: u32::try_from(delay / 1_000_000_000).ok()?,
        samples: None,
    })
}

/// OpusHead (RFC 7845, section 5.1). No pre-skip in the entry: the timeline says it, and it must not be cut off twice.
fn opus_head(file: &mut Matroska, track: &Track) -> Option<SoundHead> {
    let head = track.codec_private.strip_prefix(b"OpusHead")?;
    let &[version, channels, skip_low, skip_high, r0, r1, r2, r3, gain_low, gain_high, family, ref table @ ..] = head else { return None };
    let mapping = match (family, table) {
        (0, _) => None,
        (family, [streams, coupled, map @ ..]) => Some(OpusChannelMapping {
            family,
            stream_count: *streams,
            coupled_count: *coupled,
            channel_mapping: map.get(..channels.into())?.to_vec(),
        }),
        _ => return None,
    };
    let dops = Dops {
        output_channel_count: channels,
        pre_skip: 0,
        input_sample_rate: u32::from_le_bytes([r0, r1, r2, r3]),
        output_gain: i16::from_le_bytes([gain_low, gain_high]),
        channel_mapping: mapping,
    };
    if version > 15 || channels == 0 || (family == 0 && channels > 2) {
        return None;
    }
    Some(SoundHead {
        entry: Opus { audio: audio(48_000, channels.into(), 16), dops, btrt: None }.into(),
        mime: "audio/mp4; codecs=\"opus\"".to_owned(),
        rate: 48_000,
        frame: opus_frame(file, track)?,
        delay: u16::from_le_bytes([skip_low, skip_high]).into(),
        samples: None,
    })
}

/// Samples of a packet, when the first ones are all as long.
fn opus_frame(file: &mut Matroska, track: &Track) -> Option<u32> {
    let mut walker = Walker::new(file.first_cluster?, file.segment_end);
    let (mut found, mut asked) = (None, 0);
    while asked < PACKETS_ASKED {
        let Some(block) = walker.next(&mut file.input, track.number).ok()? else { break };
        for (at, length) in block.frames {
            let mut packet = track.packing.as_ref()?.prefix()?.to_vec();
            file.input.read(at, length.min(2), &mut packet).ok()?;
            let samples = opus::samples(&packet)?;
            if found.is_some_and(|found| found != samples) {
                return None;
            }
            found = Some(samples);
            asked += 1;
        }
    }
    found
}

/// STREAMINFO (RFC 9639, section 8.2) after `fLaC` and its block header; only of one block size.
fn flac(track: &Track) -> Option<SoundHead> {
    let info = track.codec_private.strip_prefix(b"fLaC")?.get(4..38)?;
    let word = |at: usize| u16::from_be_bytes([info[at], info[at + 1]]);
    let (smallest, largest) = (word(0), word(2));
    let packed = u64::from_be_bytes(*info.get(10..18)?.first_chunk::<8>()?);
    let (rate, channels, bits) = ((packed >> 44) as u32, (packed >> 41 & 7) as u8 + 1, (packed >> 36 & 31) as u8 + 1);
    let samples = packed & ((1 << 36) - 1);
    if smallest != largest || largest == 0 || rate == 0 || !matches!(bits, 16 | 24) {
        return None;
    }
    let bytes = |at: usize| u32::from_be_bytes([0, info[at], info[at + 1], info[at + 2]]);
    let head = FlacHead {
        rate,
        channels,
        bits,
        block: largest,
        frame_bytes: [bytes(4), bytes(7)],
        samples,
        md5: *info.get(18..)?.first_chunk::<16>()?,
    };
    Some(SoundHead {
        entry: Entry::Flac(head).codec(),
        mime: "audio/mp4; codecs=\"flac\"".to_owned(),
        rate,
        frame: largest.into(),
        delay: 0,
        samples: (samples > 0).then_some(samples),
    })
}
