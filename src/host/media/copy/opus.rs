//! Opus packets (RFC 6716, section 3).

pub const MIME: &str = "audio/mp4; codecs=\"opus\"";
/// Opus counts at this rate, Hz, whatever was encoded.
pub const RATE: u32 = 48_000;
/// Samples at 48 kHz of the longest packet, 120 ms.
const SAMPLES_MAX: u32 = 5_760;

/// Samples at 48 kHz that a packet decodes to, by its first two bytes; `None` for what is no packet.
pub fn samples(packet: &[u8]) -> Option<u32> {
    let toc = *packet.first()?;
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(*packet.get(1)? & 0x3f),
    };
    let each = match toc >> 3 {
        // SILK, and both together.
        config @ 0..=11 => [480, 960, 1_920, 2_880][usize::from(config & 3)],
        config @ 12..=15 => [480, 960][usize::from(config & 1)],
        config => [120, 240, 480, 960][usize::from(config & 3)],
    };
    Some(each * frames).filter(|samples| (1..=SAMPLES_MAX).contains(samples))
}

/// A packet of the same kind and length whose frames were lost: a decoder conceals them, where it might refuse a damaged one.
pub fn lost(packet: &[u8]) -> Vec<u8> {
    match packet {
        [toc, count, ..] if toc & 3 == 3 => vec![*toc, count & 0x3f],
        [toc, ..] if matches!(toc & 3, 0 | 3) => vec![*toc],
        // Two frames of no bytes, both of one size.
        [toc, ..] => vec![toc & 0xfc | 1],
        [] => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tells_a_packets_length_by_its_first_bytes() {
        assert_eq!(samples(&[0xfc]), Some(960), "CELT, 20 ms, stereo");
        assert_eq!(samples(&[0xe0]), Some(120), "2.5 ms");
        assert_eq!(samples(&[0x19, 0]), Some(5_760), "SILK, two of 60 ms");
        assert_eq!(samples(&[0x7b, 0x03]), Some(2_880), "both, three of 20 ms");
        assert_eq!((samples(&[]), samples(&[0x03]), samples(&[0x03, 0]), samples(&[0x1b, 3])), (None, None, None, None));
    }

    proptest! {
        #[test]
        fn a_lost_packet_is_as_long_as_the_one_it_stands_for(packet in prop::collection::vec(any::<u8>(), 0..8)) {
            prop_assert_eq!(samples(&lost(&packet)), samples(&packet));
        }
    }
}
