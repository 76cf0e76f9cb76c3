//! What an AudioSpecificConfig says (ISO/IEC 14496-3, section 1.6.2).

use mp4_atom::esds::{DecoderConfig, DecoderSpecific, EsDescriptor, SLConfig};
use mp4_atom::{Audio, Codec, Esds, Mp4a};

/// Sampling frequencies by their index (table 1.18).
const RATES: [u32; 13] = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
/// Spectral band replication doubles the rate; nobody uses it to reach more than 48 kHz.
const DOUBLED_RATE_MAX: u32 = 24_000;
const LOW_COMPLEXITY: u32 = 2;
const REPLICATION: u32 = 5;
const PARAMETRIC_STEREO: u32 = 29;

/// AAC that browsers play: low complexity, frames of 1024, alone or with band replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Hz, of what is heard.
    pub rate: u32,
    /// Hz, of the frames' 1024 samples.
    core_rate: u32,
    /// Channel configuration, 1..=7.
    channels: u8,
    /// What is said of band replication; `None` for nothing, when it may be there all the same.
    replication: Option<bool>,
    parametric_stereo: bool,
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut number = 0;
        for at in self.at..self.at + count {
            number = number << 1 | u32::from(self.bytes.get(at / 8)? >> (7 - at % 8) & 1);
        }
        self.at += count;
        Some(number)
    }

    fn object_type(&mut self) -> Option<u32> {
        match self.take(5)? {
            31 => Some(32 + self.take(6)?),
            known => Some(known),
        }
    }

    fn rate(&mut self) -> Option<u32> {
        match self.take(4)? {
            15 => self.take(24),
            index => RATES.get(index as usize).copied(),
        }
    }
}

impl Config {
    /// `None` for other kinds of AAC, a channel layout of its own, and frames of 960.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits { bytes, at: 0 };
        let first = bits.object_type()?;
        let core_rate = bits.rate()?;
        let channels = u8::try_from(bits.take(4)?).ok().filter(|channels| (1..=7).contains(channels))?;
        let mut config = Self { rate: core_rate, core_rate, channels, replication: None, parametric_stereo: first == PARAMETRIC_STEREO };
        let object = if matches!(first, REPLICATION | PARAMETRIC_STEREO) {
            config.rate = bits.rate()?;
            config.replication = Some(true);
            bits.object_type()?
        } else {
            first
        };
        // Frames of 1024, no core coder, no extension.
        if object != LOW_COMPLEXITY || bits.take(3)? != 0 {
            return None;
        }
        if config.replication.is_none() {
            config.read_extension(&mut bits);
        }
        let doubled = config.replication != Some(true) || config.rate == 2 * config.core_rate;
        (config.rate > 0 && doubled).then_some(config)
    }

    /// Of a stream whose headers say nothing more; `index` into the table of rates.
    pub fn bare(index: u8, channels: u8) -> Option<Self> {
        let rate = *RATES.get(usize::from(index))?;
        (1..=7).contains(&channels).then_some(Self { rate, core_rate: rate, channels, replication: None, parametric_stereo: false })
    }

    /// What decoders that know only low complexity do not see (section 1.6.5.2).
    fn read_extension(&mut self, bits: &mut Bits<'_>) {
        if bits.take(11) != Some(0x2b7) || bits.object_type() != Some(REPLICATION) {
            return;
        }
        self.replication = bits.take(1).map(|flag| flag == 1);
        if self.replication == Some(true) {
            match bits.rate() {
                Some(rate) => self.rate = rate,
                None => self.rate = 0,
            }
            self.parametric_stereo = bits.take(11) == Some(0x548) && bits.take(1) == Some(1);
        }
    }

    /// Whether there is nothing in the frames that was not told: band replication need not be.
    pub fn is_certain(&self) -> bool {
        self.replication.is_some() || self.core_rate > DOUBLED_RATE_MAX
    }

    /// Samples of a frame, at `rate`.
    pub fn frame(&self) -> u32 {
        if self.replication == Some(true) { 2_048 } else { 1_024 }
    }

    /// RFC 6381, section 3.3.
    pub fn mime(&self) -> String {
        let object = match (self.replication, self.parametric_stereo) {
            (Some(true), true) => PARAMETRIC_STEREO,
            (Some(true), false) => REPLICATION,
            _ => LOW_COMPLEXITY,
        };
        format!("audio/mp4; codecs=\"mp4a.40.{object}\"")
    }

    /// The sample entry of a stream that has only this to say: low complexity, a rate of the table.
    pub fn entry(&self) -> Codec {
        let index = RATES.iter().position(|rate| *rate == self.core_rate).and_then(|index| u8::try_from(index).ok()).unwrap_or(4);
        let raw = vec![2 << 3 | index >> 1, index << 7 | self.channels << 3];
        self.entry_of(raw)
    }

    /// A sample entry with this configuration as it was in the source.
    pub fn entry_of(&self, raw: Vec<u8>) -> Codec {
        let dec_config = DecoderConfig {
            // MPEG-4 audio, an audio stream (ISO/IEC 14496-1, section 7.2.6.6).
            object_type_indication: 0x40,
            stream_type: 5,
            dec_specific: Some(DecoderSpecific { raw, ..DecoderSpecific::default() }),
            ..DecoderConfig::default()
        };
        let es_desc = EsDescriptor { dec_config, sl_config: SLConfig {}, ..EsDescriptor::default() };
        // A rate over 16 bits does not fit the field; decoders then take the configuration's own.
        let sample_rate = u16::try_from(self.rate).unwrap_or(0).into();
        let channel_count = if self.parametric_stereo { 2 } else { u16::from(self.channels) };
        let audio = Audio { data_reference_index: 1, channel_count, sample_size: 16, sample_rate };
        Mp4a { audio, esds: Esds { es_desc }, btrt: None, taic: None }.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_low_complexity_and_both_ways_of_telling_band_replication() {
        let read = |bytes: &[u8]| Config::parse(bytes).map(|config| (config.rate, config.frame(), config.mime(), config.is_certain()));
        let lc = |rate| Some((rate, 1024, "audio/mp4; codecs=\"mp4a.40.2\"".to_owned(), rate > 24_000));
        let he = |object: u32| Some((44_100, 2048, format!("audio/mp4; codecs=\"mp4a.40.{object}\""), true));
        assert_eq!(read(&[0x12, 0x10]), lc(44_100));
        assert_eq!(read(&[0x13, 0x90]), lc(22_050));
        // First of all; and behind what older decoders read.
        assert_eq!(read(&[0x2b, 0x92, 0x08, 0x00]), he(5));
        assert_eq!(read(&[0x13, 0x90, 0x56, 0xe5, 0xa0]), he(5));
        assert_eq!(read(&[0xeb, 0x8a, 0x08, 0x00]), he(29));
        assert_eq!(read(&[0x13, 0x88, 0x56, 0xe5, 0xa5, 0x48, 0x80]), he(29));
        assert_eq!(read(&[0x12, 0x14]), None, "frames of 960");
        assert_eq!(read(&[0x0a, 0x10]), None, "main profile");
        assert_eq!(read(&[0x12, 0x00]), None, "a layout of its own");
        // Told not to be there.
        assert!(Config::parse(&[0x13, 0x90, 0x56, 0xe5, 0x00]).expect("LC").is_certain());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_configuration_or_none_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            if let Some(config) = Config::parse(&bytes) {
                prop_assert!(config.rate > 0);
            }
        }
    }
}
