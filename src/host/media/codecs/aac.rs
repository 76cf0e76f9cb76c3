//! AudioSpecificConfig (ISO/IEC 14496-3, section 1.6.2.1).

use super::bits::Bits;

const RATES: [u32; 13] = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
/// Spectral band replication, and parametric stereo on top of it.
const SBR: u8 = 5;
const PS: u8 = 29;
const LC: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AacConfig {
    /// 2 for LC, 5 and 29 for HE-AAC that says so.
    pub object_type: u8,
    /// Hz, of the core: HE-AAC plays at twice of it.
    pub rate: u32,
    pub channels: u8,
    /// Samples of a frame at that rate.
    pub frame: u32,
}

impl AacConfig {
    /// `None` for what no browser plays.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(bytes);
        let object_type = bits.take(5)? as u8;
        let rate = rate(&mut bits)?;
        let channels = match bits.take(4)? {
            count @ 1..=6 => count as u8,
            7 => 8,
            _ => return None,
        };
        let core = if object_type == SBR || object_type == PS {
            self::rate(&mut bits)?;
            bits.take(5)? as u8
        } else {
            object_type
        };
        let is_short = bits.flag()?;
        (core == LC && rate > 0).then_some(Self { object_type, rate, channels, frame: if is_short { 960 } else { 1024 } })
    }
}

fn rate(bits: &mut Bits) -> Option<u32> {
    match bits.take(4)? {
        15 => bits.take(24),
        index => RATES.get(index as usize).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_configurations_that_are_common() {
        assert_eq!(AacConfig::parse(&[0x12, 0x10]), Some(AacConfig { object_type: 2, rate: 44_100, channels: 2, frame: 1024 }));
        assert_eq!(AacConfig::parse(&[0x2b, 0x11, 0x88, 0]), Some(AacConfig { object_type: 5, rate: 24_000, channels: 2, frame: 1024 }));
        assert_eq!(AacConfig::parse(&[0x0a, 0x10]), None, "the main profile");
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_configuration_or_none(bytes in prop::collection::vec(any::<u8>(), 0..9)) {
            let _ = AacConfig::parse(&bytes);
        }
    }
}
