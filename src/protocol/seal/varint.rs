//! Variable-length integers of QUIC (RFC 9000, section 16).

/// Appends `value` in its shortest form.
///
/// # Panics
/// For a value that needs more than 30 bits: chunks are far shorter.
pub fn put(out: &mut Vec<u8>, value: usize) {
    match u32::try_from(value).expect("a chunk's length fits") {
        short @ 0..=0x3f => out.push(short.to_be_bytes()[3]),
        medium @ 0x40..=0x3fff => out.extend_from_slice(&(medium | 0x4000).to_be_bytes()[2..]),
        long @ 0x4000..=0x3fff_ffff => out.extend_from_slice(&(long | 0x8000_0000).to_be_bytes()),
        _ => panic!("a chunk's length fits 30 bits"),
    }
}

/// The value at the beginning of `bytes` and how many bytes it takes; `None` until they are all there. One that does not fit a
/// `usize` is told as the greatest: it is over every limit.
pub fn take(bytes: &[u8]) -> Option<(usize, usize)> {
    let first = *bytes.first()?;
    let length = 1 << (first >> 6);
    let rest = bytes.get(1..length)?;
    let value = rest.iter().fold(u64::from(first & 0x3f), |value, byte| value << 8 | u64::from(*byte));
    Some((usize::try_from(value).unwrap_or(usize::MAX), length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_examples_of_the_rfc() {
        // RFC 9000, appendix A.1.
        assert_eq!(take(&[0x9d, 0x7f, 0x3e, 0x7d]), Some((494_878_333, 4)));
        assert_eq!(take(&[0x7b, 0xbd]), Some((15_293, 2)));
        assert_eq!(take(&[0x25]), Some((37, 1)));
        assert_eq!(take(&[0x40, 0x25]), Some((37, 2)));
        assert_eq!(take(&[0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c]), Some((151_288_809_941_952_652, 8)));
    }

    proptest! {
        #[test]
        fn values_read_back_when_they_are_whole(value in 0usize..0x4000_0000, after in any::<u8>()) {
            let mut wire = Vec::new();
            put(&mut wire, value);
            for cut in 0..wire.len() {
                prop_assert_eq!(take(&wire[..cut]), None);
            }
            let length = wire.len();
            wire.push(after);
            prop_assert_eq!(take(&wire), Some((value, length)));
        }
    }
}
