//! H.264 access units with length prefixes (ISO/IEC 14496-15): what a player needs of them.

/// Slices (ISO/IEC 14496-10, table 7-1).
const SLICE: u8 = 1;
const IDR_SLICE: u8 = 5;

/// The slices of an access unit with four-byte lengths, and whether it is an IDR. Parameter sets are in the init segment, and an encoder's
/// remarks about itself are nobody's. `None` when the lengths are not those of the unit, or nothing is left.
pub fn slices(unit: &[u8]) -> Option<(Vec<u8>, bool)> {
    let (mut kept, mut idr, mut rest) = (Vec::with_capacity(unit.len()), false, unit);
    while !rest.is_empty() {
        let length = u32::from_be_bytes(*rest.first_chunk::<4>()?);
        let end = usize::try_from(length).ok()?.checked_add(4)?;
        let nal = rest.get(..end)?;
        let kind = nal.get(4)? & 0x1f;
        if kind == SLICE || kind == IDR_SLICE {
            kept.extend_from_slice(nal);
            idr |= kind == IDR_SLICE;
        }
        rest = rest.get(end..)?;
    }
    (!kept.is_empty()).then_some((kept, idr))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_slices_alone() {
        let unit = [&[0, 0, 0, 2, 0x67, 1][..], &[0, 0, 0, 1, 0x06], &[0, 0, 0, 3, 0x65, 8, 9]].concat();
        assert_eq!(slices(&unit), Some((vec![0, 0, 0, 3, 0x65, 8, 9], true)));
        assert_eq!(slices(&[0, 0, 0, 2, 0x41, 7]), Some((vec![0, 0, 0, 2, 0x41, 7], false)));
        assert_eq!(slices(&unit[..unit.len() - 1]), None, "cut");
        assert_eq!(slices(&unit[..11]), None, "no slice");
    }

    proptest! {
        #[test]
        fn any_bytes_are_slices_or_none(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = slices(&bytes);
        }
    }
}
