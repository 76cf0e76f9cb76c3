//! What a sample entry tells of sound.

use mp4_atom::Codec;

use super::movie::Track;
use crate::host::media::codecs::{AacConfig, mp4_name};
use crate::host::media::copy;
use crate::protocol::SourceAudio;

pub fn sound(track: &Track, kbps: Option<u32>) -> SourceAudio {
    let entry = track.entry.1.as_ref();
    let audio = entry.and_then(Codec::audio);
    let aac = entry.and_then(aac_config);
    let codec = entry.and_then(esds_name).unwrap_or_else(|| mp4_name(track.entry.0));
    // A rate over 16 bits does not fit the entry: the media's own timescale is the rate then.
    let rate = audio.map(|audio| u32::from(audio.sample_rate.integer())).filter(|rate| *rate > 0).unwrap_or(track.timescale);
    SourceAudio {
        mime: entry.and_then(copy::mp4_mime),
        kbps,
        rate: aac.map_or(rate, |config| if config.object_type == 2 { config.rate } else { config.rate * 2 }),
        channels: entry.and_then(channels).unwrap_or(0),
        bits: audio.map(|audio| audio.sample_size as u8).filter(|_| matches!(codec.as_str(), "ALAC" | "FLAC" | "PCM")),
        lossless: matches!(codec.as_str(), "ALAC" | "FLAC" | "PCM" | "TrueHD"),
        codec,
    }
}

/// `mp4a` holds more than AAC (object types of mp4ra.org).
fn esds_name(entry: &Codec) -> Option<String> {
    let Codec::Mp4a(mp4a) = entry else { return None };
    let name = match mp4a.esds.es_desc.dec_config.object_type_indication {
        0x69 | 0x6b => "MP3",
        0xa5 => "AC-3",
        0xa6 => "E-AC-3",
        0xa9..=0xac => "DTS",
        0xad => "Opus",
        0xdd => "Vorbis",
        _ => "AAC",
    };
    Some(name.to_owned())
}

/// Of AAC that browsers play: LC, and HE-AAC of both kinds.
fn aac_config(entry: &Codec) -> Option<AacConfig> {
    let Codec::Mp4a(mp4a) = entry else { return None };
    let config = &mp4a.esds.es_desc.dec_config;
    let specific = config.dec_specific.as_ref().filter(|_| config.object_type_indication == 0x40)?;
    AacConfig::parse(&specific.raw)
}

/// By the codec's own configuration where there is one: most muxers write 2 into every entry.
fn channels(entry: &Codec) -> Option<u8> {
    /// Of AC-3's `acmod` (ETSI TS 102 366, table 4.3).
    const AC3: [u8; 8] = [2, 1, 2, 3, 3, 4, 4, 5];
    let ac3 = |mode: u8, lfe: bool| AC3[usize::from(mode & 7)] + u8::from(lfe);
    match entry {
        Codec::Mp4a(_) if aac_config(entry).is_some() => aac_config(entry).map(|config| config.channels),
        Codec::Ac3(entry) => Some(ac3(entry.dac3.acmod, entry.dac3.lfeon)),
        Codec::Eac3(entry) => entry.dec3.substreams.first().map(|stream| ac3(stream.acmod, stream.lfeon)),
        Codec::Opus(entry) => Some(entry.dops.output_channel_count),
        _ => entry.audio().and_then(|audio| u8::try_from(audio.channel_count).ok()),
    }
}
