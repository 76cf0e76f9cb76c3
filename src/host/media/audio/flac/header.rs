//! Frame headers (RFC 9639, section 9.1).

use super::crc::crc8;
use crate::host::media::cmaf::FlacHead;

/// Longest header: 4 bytes, a number of 7, a block size and a rate of 2 each, and the checksum.
pub const HEADER_BYTES_MAX: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Counts frames from 0.
    pub number: u64,
    /// Samples a channel.
    pub samples: u32,
    /// Bytes of the header itself.
    pub length: usize,
}

impl Header {
    /// The header that `bytes` begin with, when it is whole and belongs to a stream with fixed blocks like `head`.
    pub fn parse(bytes: &[u8], head: &FlacHead) -> Option<Self> {
        let fixed = bytes.first_chunk::<4>()?;
        if fixed[..2] != [0xff, 0xf8] || !fits_stream(fixed[3], head) {
            return None;
        }
        let (number, number_bytes) = coded_number(bytes.get(4..)?)?;
        let mut at = 4 + number_bytes;
        let samples = block_size(fixed[2] >> 4, bytes, &mut at)?;
        let rate = sample_rate(fixed[2] & 15, bytes, &mut at, head)?;
        let checked = bytes.get(..=at)?;
        (rate == head.rate && crc8(checked) == 0).then_some(Self { number, samples, length: at + 1 })
    }
}

/// Whether channels and bits are the stream's, and the reserved bit is 0.
fn fits_stream(byte: u8, head: &FlacHead) -> bool {
    let channels = match byte >> 4 {
        independent @ 0..=7 => independent + 1,
        8..=10 => 2,
        _ => return false,
    };
    let bits = match byte >> 1 & 7 {
        0 => head.bits,
        1 => 8,
        2 => 12,
        4 => 16,
        5 => 20,
        6 => 24,
        7 => 32,
        _ => return false,
    };
    channels == head.channels && bits == head.bits && byte & 1 == 0
}

fn block_size(code: u8, bytes: &[u8], at: &mut usize) -> Option<u32> {
    Some(match code {
        1 => 192,
        2..=5 => 144 << code,
        6 => number(bytes, at, 1)? + 1,
        7 => number(bytes, at, 2)? + 1,
        8..=15 => 1 << code,
        _ => return None,
    })
}

fn sample_rate(code: u8, bytes: &[u8], at: &mut usize, head: &FlacHead) -> Option<u32> {
    const RATES: [u32; 11] = [88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
    Some(match code {
        0 => head.rate,
        1..=11 => RATES[usize::from(code) - 1],
        12 => number(bytes, at, 1)? * 1000,
        13 => number(bytes, at, 2)?,
        14 => number(bytes, at, 2)? * 10,
        _ => return None,
    })
}

/// A big-endian number of `length` bytes.
fn number(bytes: &[u8], at: &mut usize, length: usize) -> Option<u32> {
    let found = bytes.get(*at..*at + length)?;
    *at += length;
    Some(found.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// Bytes of a coded number by its first byte.
pub fn coded_length(first: u8) -> Option<usize> {
    match first.leading_ones() {
        0 => Some(1),
        ones @ 2..=7 => Some(ones as usize),
        _ => None,
    }
}

/// UTF-8's scheme, extended to 36 bits (RFC 9639, section 9.1.5): the number and its bytes.
fn coded_number(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = coded_length(first)?;
    let mark_bits = if length == 1 { 1 } else { length + 1 };
    let start = u64::from(first) & (0xff >> mark_bits);
    let rest = bytes.get(1..length)?;
    let continued = rest.iter().all(|byte| byte >> 6 == 0b10);
    continued.then(|| (rest.iter().fold(start, |number, byte| number << 6 | u64::from(byte & 0x3f)), length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: FlacHead = FlacHead { rate: 44_100, channels: 1, bits: 16, block: 16, frame_bytes: [0; 2], samples: 0, md5: [0; 16] };

    #[test]
    fn reads_the_published_example() {
        // RFC 9639, appendix D.1: one stereo sample of 16 bits at 44.1 kHz.
        let bytes = [0xff, 0xf8, 0x69, 0x18, 0x00, 0x00, 0xbf, 0x03];
        let head = FlacHead { channels: 2, ..HEAD };
        assert_eq!(Header::parse(&bytes, &head), Some(Header { number: 0, samples: 1, length: 7 }));
        assert_eq!(Header::parse(&bytes, &HEAD), None, "of another number of channels");
        assert_eq!(Header::parse(&bytes[..6], &head), None, "cut off");
    }

    #[test]
    fn reads_block_sizes_and_rates_of_every_form() {
        let read = |sizes: u8, extra: &[u8], rate: u32| {
            let mut bytes = [&[0xff, 0xf8, sizes, 0x08, 0x05][..], extra].concat();
            bytes.push(crc8(&bytes));
            Header::parse(&bytes, &FlacHead { rate, ..HEAD }).map(|header| header.samples)
        };
        assert_eq!(read(0x19, &[], 44_100), Some(192));
        assert_eq!(read(0x5a, &[], 48_000), Some(4_608));
        assert_eq!(read(0xcb, &[], 96_000), Some(4_096));
        assert_eq!(read(0x70, &[0x03, 0xe7], 12_345), Some(1_000));
        assert_eq!(read(0x6c, &[0x0f, 0x0b], 11_000), Some(16));
        assert_eq!(read(0xfd, &[0x2b, 0x11], 11_025), Some(32_768));
        assert_eq!(read(0xfe, &[0x44, 0x9d], 175_650), Some(32_768));
        assert_eq!(read(0x09, &[], 44_100), None);
        assert_eq!(read(0x1f, &[], 44_100), None);
    }

    proptest! {
        #[test]
        fn reads_numbers_as_utf8_does(letter in any::<char>()) {
            let text = letter.to_string();
            prop_assert_eq!(coded_number(text.as_bytes()), Some((u64::from(u32::from(letter)), text.len())));
        }

        #[test]
        fn any_bytes_are_a_header_or_none_never_a_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..24)) {
            bytes.splice(0..0, [0xff, 0xf8]);
            if let Some(header) = Header::parse(&bytes, &HEAD) {
                prop_assert!(header.length <= bytes.len().min(HEADER_BYTES_MAX));
            }
        }
    }
}
