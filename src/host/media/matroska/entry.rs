//! Sample entries from what a track says of its codec.

use mp4_atom::{Atom, Av01, Av1c, Avc1, Avcc, Codec, Colr, Hvc1, Hvcc, Pasp, Tkhd, Visual, Vp09};

use super::tracks::{Colour, Track};
use crate::host::media::codecs::{av1_config, vp9_config, vp9_level};

/// The entry of a track of pictures; `None` when its codec has none, or does not say enough of itself. `first` is the first key frame, which
/// is asked what the track leaves unsaid.
pub fn picture_entry(track: &Track, first: Option<&[u8]>) -> Option<Codec> {
    track.packing.as_ref()?.prefix()?;
    let private = track.codec_private.as_slice();
    let visual = Visual { width: u16::try_from(track.size.0).ok()?, height: u16::try_from(track.size.1).ok()?, ..Visual::default() };
    let (colr, pasp) = (track.colour.and_then(colours), pixel_shape(track));
    match track.codec_id.as_str() {
        "V_MPEG4/ISO/AVC" => Some(Avc1 { visual, avcc: Avcc::decode_body(&mut &*private).ok()?, colr, pasp, ..Avc1::default() }.into()),
        "V_MPEGH/ISO/HEVC" => Some(Hvc1 { visual, hvcc: Hvcc::decode_body(&mut &*private).ok()?, colr, pasp, ..Hvc1::default() }.into()),
        "V_AV1" => {
            let av1c = Av1c::decode_body(&mut &*private).ok().or_else(|| av1_config(first?))?;
            Some(Av01 { visual, av1c, colr, pasp, ..Av01::default() }.into())
        }
        "V_VP9" => {
            let mut vpcc = vp9_config(first?)?;
            vpcc.level = vp9_level(track.size.0, track.size.1, frames_per_1000_s(track));
            if let Some(told) = track.colour {
                let better = |told: u8, read: u8| if told == 2 { read } else { told };
                vpcc.color_primaries = better(told.primaries, vpcc.color_primaries);
                vpcc.transfer_characteristics = better(told.transfer, vpcc.transfer_characteristics);
                vpcc.matrix_coefficients = better(told.matrix, vpcc.matrix_coefficients);
            }
            Some(Vp09 { visual, vpcc, colr, pasp, ..Vp09::default() }.into())
        }
        _ => None,
    }
}

/// 0 when the file does not say.
pub fn frames_per_1000_s(track: &Track) -> u32 {
    let ns = track.default_duration.unwrap_or(u64::MAX);
    u32::try_from((1_000_000_000_000 + ns / 2) / ns).unwrap_or(0)
}

/// Width and height in square pixels: the coded height, and the width that the display's ratio gives it.
pub fn shown_size(track: &Track) -> (u32, u32) {
    let ((width, height), (shape_width, shape_height)) = (track.size, track.display);
    if shape_width == 0 || shape_height == 0 {
        return (width, height);
    }
    let stretched = (u64::from(height) * u64::from(shape_width) + u64::from(shape_height) / 2) / u64::from(shape_height);
    (u32::try_from(stretched).unwrap_or(u32::MAX), height)
}

/// Of a pixel; `None` for a square one.
fn pixel_shape(track: &Track) -> Option<Pasp> {
    let wide = u64::from(track.display.0) * u64::from(track.size.1);
    let high = u64::from(track.display.1) * u64::from(track.size.0);
    let divisor = greatest_divisor(wide, high);
    if wide == high || divisor == 0 {
        return None;
    }
    Pasp::new(u32::try_from(wide / divisor).ok()?, u32::try_from(high / divisor).ok()?).ok()
}

fn greatest_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn colours(colour: Colour) -> Option<Colr> {
    let known = [colour.primaries, colour.transfer, colour.matrix].iter().any(|point| *point != 2);
    known.then(|| Colr::new(colour.primaries.into(), colour.transfer.into(), colour.matrix.into(), colour.full_range).ok()).flatten()
}

/// Size on the screen, for the track's header.
pub fn track_header(track: &Track) -> Tkhd {
    let (width, height) = shown_size(track);
    let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX).into();
    Tkhd { width: side(width), height: side(height), ..Tkhd::default() }
}
