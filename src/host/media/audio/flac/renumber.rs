//! Frame numbers written anew (RFC 9639, section 9.1.5).
//!
//! A fresh encoder numbers its frames from 0; in a stream put together from many, each must carry its own number.

use super::crc::{crc8, crc16};
use super::header::coded_length;

/// Writes `number` into a whole frame of a fixed-block-size stream. `None` when it is no such frame.
pub fn renumber(frame: &mut Vec<u8>, number: u64) -> Option<()> {
    let header = *frame.first_chunk::<4>()?;
    // Sync code, reserved bit, and "fixed block size".
    if header[0] != 0xff || header[1] != 0xf8 {
        return None;
    }
    let old = coded_length(*frame.get(4)?)?;
    // An uncommon block size or sample rate is told in extra bytes after the number.
    let block_bytes = match header[2] >> 4 {
        6 => 1,
        7 => 2,
        _ => 0,
    };
    let rate_bytes = match header[2] & 15 {
        12 => 1,
        13 | 14 => 2,
        _ => 0,
    };
    let check_at = 4 + old + block_bytes + rate_bytes;
    let body_from = check_at + 1;
    let body_to = frame.len().checked_sub(2).filter(|end| *end > body_from)?;
    let mut out = Vec::with_capacity(frame.len() + 6);
    out.extend_from_slice(&header);
    out.extend_from_slice(&coded_number(number)?);
    out.extend_from_slice(&frame[4 + old..check_at]);
    out.push(crc8(&out));
    out.extend_from_slice(&frame[body_from..body_to]);
    out.extend_from_slice(&crc16(&out).to_be_bytes());
    *frame = out;
    Some(())
}

/// UTF-8's scheme, extended to 36 bits (RFC 9639, section 9.1.5).
pub fn coded_number(number: u64) -> Option<Vec<u8>> {
    if number < 0x80 {
        return u8::try_from(number).ok().map(|byte| vec![byte]);
    }
    // n bytes carry 5n + 1 bits: 6 in each that follows, and what the length mark leaves in the first.
    let bytes = (2..=7u32).find(|bytes| number >> (5 * bytes + 1) == 0)?;
    let mark = !(0xffu8.checked_shr(bytes).unwrap_or(0));
    let byte = |at: u32| u8::try_from((number >> (6 * at)) & 0x3f).expect("six bits");
    let mut out = vec![mark | byte(bytes - 1)];
    out.extend((0..bytes - 1).rev().map(|at| 0x80 | byte(at)));
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A frame of one sample, all zero, as in RFC 9639, appendix D.1.
    fn example() -> Vec<u8> {
        vec![0xff, 0xf8, 0x69, 0x18, 0x00, 0x00, 0xbf, 0x03, 0x58, 0xfd, 0x03, 0x12, 0x8b, 0xaa, 0x9a]
    }

    #[test]
    fn keeps_the_published_example_as_it_is() {
        let mut frame = example();
        assert_eq!(renumber(&mut frame, 0), Some(()));
        assert_eq!(frame, example());
    }

    #[test]
    fn codes_numbers_as_utf8_does() {
        for number in ['A', 'é', '語', '🎵'] {
            assert_eq!(coded_number(u64::from(u32::from(number))), Some(number.to_string().into_bytes()));
        }
        assert_eq!(coded_number(1 << 36), None);
        assert_eq!(coded_number((1 << 36) - 1), Some(vec![0xfe, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf]));
    }

    proptest! {
        #[test]
        fn renumbering_back_restores_the_frame(number in 0u64..1 << 36) {
            let mut frame = example();
            renumber(&mut frame, number).expect("a frame");
            prop_assert_eq!(crc16(&frame), 0, "the checksum of a frame with its checksum is 0");
            renumber(&mut frame, 0).expect("a frame");
            prop_assert_eq!(frame, example());
        }

        #[test]
        fn any_bytes_are_a_frame_or_none_never_a_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..40), number in any::<u64>()) {
            bytes.splice(0..0, [0xff, 0xf8]);
            let _ = renumber(&mut bytes, number);
        }
    }
}
