//! What a browser is asked about a copy (RFC 6381), and the sample entry that the copy is sent with.

use mp4_atom::{Av01, Av1c, Avc1, Avc3, Avcc, Codec, Encode, Hev1, Hvc1, Hvcc, Visual, Vp09, VpcC};

/// Wider or higher, no decoder of a browser's takes it.
const SIDE_MAX: u16 = 16_384;

/// The sample entry of a copy and its MIME type; `None` when such pictures cannot be sent as they are.
///
/// Of the source's entry only what a decoder needs is kept: its configuration, colours and pixel shape.
pub fn picture_copy(source: &Codec) -> Option<(Codec, String)> {
    let size = source.visual().filter(|size| (1..=SIDE_MAX).contains(&size.width) && (1..=SIDE_MAX).contains(&size.height))?;
    let visual = Visual { data_reference_index: 1, width: size.width, height: size.height, ..Visual::default() };
    let (entry, codecs): (Codec, String) = match source {
        Codec::Avc1(own) => {
            let usable = !own.avcc.sequence_parameter_sets.is_empty();
            let entry = Avc1 { visual, avcc: own.avcc.clone(), colr: own.colr.clone(), pasp: own.pasp.clone(), ..Avc1::default() };
            usable.then(|| (entry.into(), h264("avc1", &own.avcc)))?
        }
        Codec::Avc3(own) => {
            let entry = Avc3 { visual, avcc: own.avcc.clone(), colr: own.colr.clone(), pasp: own.pasp.clone(), ..Avc3::default() };
            (entry.into(), h264("avc3", &own.avcc))
        }
        Codec::Hvc1(own) => {
            let entry = Hvc1 { visual, hvcc: own.hvcc.clone(), colr: own.colr.clone(), pasp: own.pasp.clone(), ..Hvc1::default() };
            (entry.into(), hevc("hvc1", &own.hvcc))
        }
        Codec::Hev1(own) => {
            let entry = Hev1 { visual, hvcc: own.hvcc.clone(), colr: own.colr.clone(), pasp: own.pasp.clone(), ..Hev1::default() };
            (entry.into(), hevc("hev1", &own.hvcc))
        }
        Codec::Av01(own) => {
            let entry = Av01 { visual, av1c: own.av1c.clone(), colr: own.colr.clone(), pasp: own.pasp.clone(), ..Av01::default() };
            (entry.into(), av1(&own.av1c))
        }
        Codec::Vp09(own) => {
            let entry = Vp09 { visual, vpcc: own.vpcc.clone(), colr: own.colr.clone(), pasp: own.pasp.clone(), ..Vp09::default() };
            (entry.into(), vp9(&own.vpcc))
        }
        _ => return None,
    };
    // What does not go into a box again was not read rightly.
    entry.encode(&mut Vec::new()).ok()?;
    Some((entry, format!("video/mp4; codecs=\"{codecs}\"")))
}

/// Of AAC by its audio object type (ISO/IEC 14496-3, table 1.17).
pub fn aac_mime(object_type: u8) -> String {
    format!("audio/mp4; codecs=\"mp4a.40.{object_type}\"")
}

/// Profile, constraints and level in hex (RFC 6381, section 3.3).
fn h264(entry: &str, avcc: &Avcc) -> String {
    let (profile, compatibility, level) = (avcc.avc_profile_indication, avcc.profile_compatibility, avcc.avc_level_indication);
    format!("{entry}.{profile:02X}{compatibility:02X}{level:02X}")
}

/// Profile, compatibility with its bits reversed, tier and level, constraints without their last zeros (ISO/IEC 14496-15, annex E.3).
fn hevc(entry: &str, hvcc: &Hvcc) -> String {
    let space = ["", "A", "B", "C"][usize::from(hvcc.general_profile_space & 3)];
    let compatibility = u32::from_be_bytes(hvcc.general_profile_compatibility_flags).reverse_bits();
    let tier = if hvcc.general_tier_flag { 'H' } else { 'L' };
    let mut text = format!("{entry}.{space}{}.{compatibility:X}.{tier}{}", hvcc.general_profile_idc, hvcc.general_level_idc);
    let constraints = &hvcc.general_constraint_indicator_flags;
    let kept = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    constraints[..kept].iter().for_each(|byte| text.push_str(&format!(".{byte:X}")));
    text
}

/// Profile, level and tier, bit depth (AV1 in ISOBMFF, section 5); the rest has defaults.
fn av1(av1c: &Av1c) -> String {
    let tier = if av1c.seq_tier_0 { 'H' } else { 'M' };
    let depth = match (av1c.high_bitdepth, av1c.twelve_bit) {
        (true, true) => 12,
        (true, false) => 10,
        (false, _) => 8,
    };
    format!("av01.{}.{:02}{tier}.{depth:02}", av1c.seq_profile, av1c.seq_level_idx_0)
}

/// Profile, level, bit depth; then chroma, colours and range where they are not the defaults (VP9 in ISOBMFF, section "Codecs parameter string").
fn vp9(vpcc: &VpcC) -> String {
    // A level that is not known must still be one that exists.
    let level = if vpcc.level == 0 { 10 } else { vpcc.level };
    let known = |point: u8| if point == 2 { 1 } else { point };
    let colours = [vpcc.color_primaries, vpcc.transfer_characteristics, vpcc.matrix_coefficients].map(known);
    let range = u8::from(vpcc.video_full_range_flag);
    let base = format!("vp09.{:02}.{level:02}.{:02}", vpcc.profile, vpcc.bit_depth);
    if vpcc.chroma_subsampling <= 1 && colours == [1, 1, 1] && range == 0 {
        return base;
    }
    let [primaries, transfer, matrix] = colours;
    format!("{base}.{:02}.{primaries:02}.{transfer:02}.{matrix:02}.{range:02}", vpcc.chroma_subsampling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_strings_that_browsers_know() {
        let avcc = Avcc { avc_profile_indication: 0x64, avc_level_indication: 0x28, ..Avcc::default() };
        assert_eq!(h264("avc3", &avcc), "avc3.640028");
        let hvcc = Hvcc {
            general_profile_idc: 2,
            general_profile_compatibility_flags: [0x20, 0, 0, 0],
            general_constraint_indicator_flags: [0x90, 0, 0, 0, 0, 0],
            general_level_idc: 120,
            ..Hvcc::default()
        };
        assert_eq!(hevc("hvc1", &hvcc), "hvc1.2.4.L120.90");
        let av1c = Av1c { seq_level_idx_0: 4, high_bitdepth: true, ..Av1c::default() };
        assert_eq!(av1(&av1c), "av01.0.04M.10");
        let vpcc = VpcC { level: 31, chroma_subsampling: 1, ..VpcC::default() };
        assert_eq!(vp9(&vpcc), "vp09.00.31.08");
        let hdr =
            VpcC { profile: 2, level: 51, bit_depth: 10, color_primaries: 9, transfer_characteristics: 16, matrix_coefficients: 9, ..vpcc };
        assert_eq!(vp9(&hdr), "vp09.02.51.10.01.09.16.09.00");
    }

    #[test]
    fn absurd_pictures_are_not_copied() {
        let visual = |width, height| Visual { width, height, ..Visual::default() };
        let of = |visual| picture_copy(&Vp09 { visual, vpcc: VpcC::default(), ..Vp09::default() }.into()).map(|(_, mime)| mime);
        assert_eq!(of(visual(1920, 1080)).as_deref(), Some("video/mp4; codecs=\"vp09.00.10.08\""));
        assert_eq!((of(visual(65_535, 65_535)), of(visual(0, 16))), (None, None));
    }
}
