//! VP9: its configuration from the first key frame, for files that do not carry it.

use mp4_atom::VpcC;

use super::bits::Bits;

/// Level, most luma samples a second, most luma samples a picture (VP9 levels, webmproject.org/vp9/levels).
const LEVELS: [(u8, u64, u64); 14] = [
    (10, 829_440, 36_864),
    (11, 2_764_800, 73_728),
    (20, 4_608_000, 122_880),
    (21, 9_216_000, 245_760),
    (30, 20_736_000, 552_960),
    (31, 36_864_000, 983_040),
    (40, 83_558_400, 2_228_224),
    (41, 160_432_128, 2_228_224),
    (50, 311_951_360, 8_912_896),
    (51, 588_251_136, 8_912_896),
    (52, 1_176_502_272, 8_912_896),
    (60, 1_176_502_272, 35_651_584),
    (61, 2_353_004_544, 35_651_584),
    (62, 4_706_009_088, 35_651_584),
];

/// The lowest level that such pictures fit, the highest when none does. `frames_per_1000_s` is 0 when not known.
pub fn vp9_level(width: u32, height: u32, frames_per_1000_s: u32) -> u8 {
    let area = u64::from(width) * u64::from(height);
    let rate = (u128::from(area) * u128::from(frames_per_1000_s) / 1000) as u64;
    LEVELS.iter().find(|(_, most_rate, most_area)| rate <= *most_rate && area <= *most_area).map_or(62, |(level, _, _)| *level)
}

/// Reads the uncompressed header of a key frame (VP9 bitstream, section 6.2); `None` when it is none. The level is left 0.
pub fn vp9_config(frame: &[u8]) -> Option<VpcC> {
    let mut bits = Bits::new(frame);
    if bits.take(2)? != 2 {
        return None;
    }
    let (low, high) = (bits.take(1)?, bits.take(1)?);
    let profile = (high << 1 | low) as u8;
    if profile == 3 {
        bits.take(1)?;
    }
    let (shows_existing, is_inter) = (bits.flag()?, bits.flag()?);
    bits.take(2)?;
    if shows_existing || is_inter || bits.take(24)? != 0x49_8342 {
        return None;
    }
    let bit_depth = if profile < 2 { 8 } else { 10 + 2 * bits.take(1)? as u8 };
    let space = bits.take(3)?;
    let (full_range, subsampling) = colours(&mut bits, space, profile)?;
    let (primaries, transfer, matrix) = coding_points(space);
    Some(VpcC {
        profile,
        level: 0,
        bit_depth,
        chroma_subsampling: subsampling,
        video_full_range_flag: full_range,
        color_primaries: primaries,
        transfer_characteristics: transfer,
        matrix_coefficients: matrix,
        codec_initialization_data: Vec::new(),
    })
}

/// Full range, and chroma subsampling as `vpcC` numbers it: 1 for 4:2:0 with the sample in the corner, 2 for 4:2:2, 3 for 4:4:4.
fn colours(bits: &mut Bits, space: u32, profile: u8) -> Option<(bool, u8)> {
    const RGB: u32 = 7;
    if space == RGB {
        return (!profile.is_multiple_of(2)).then_some((true, 3));
    }
    let full_range = bits.flag()?;
    if profile.is_multiple_of(2) {
        return Some((full_range, 1));
    }
    match (bits.flag()?, bits.flag()?) {
        (false, false) => Some((full_range, 3)),
        (true, false) => Some((full_range, 2)),
        _ => Some((full_range, 1)),
    }
}

/// Primaries, transfer and matrix (ISO/IEC 23091-2) of a VP9 `color_space`.
fn coding_points(space: u32) -> (u8, u8, u8) {
    match space {
        1 => (5, 6, 5),
        2 => (1, 1, 1),
        3 => (6, 6, 6),
        4 => (7, 7, 7),
        5 => (9, 14, 9),
        7 => (1, 13, 0),
        _ => (2, 2, 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_level_holds_the_picture_and_its_rate() {
        assert_eq!(vp9_level(320, 180, 25_000), 11);
        assert_eq!(vp9_level(1920, 1080, 24_000), 40);
        assert_eq!(vp9_level(1920, 1080, 60_000), 41);
        assert_eq!(vp9_level(100_000, 100_000, u32::MAX), 62);
    }

    #[test]
    fn reads_the_header_of_a_key_frame() {
        // Frame marker 2, profile 0, key frame, shown; sync code; colour space 2 (BT.709), limited range.
        let config = vp9_config(&[0x82, 0x49, 0x83, 0x42, 0x40]).expect("a key frame");
        assert_eq!((config.profile, config.bit_depth, config.chroma_subsampling, config.matrix_coefficients), (0, 8, 1, 1));
        assert_eq!(vp9_config(&[0x86, 0x49, 0x83, 0x42, 0x40]), None, "an inter frame");
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_header_or_none(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
            let _ = vp9_config(&bytes);
        }
    }
}
