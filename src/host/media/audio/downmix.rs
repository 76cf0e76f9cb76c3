//! Many channels as two, by ITU-R BS.775-3, table 2.

use std::f32::consts::FRAC_1_SQRT_2;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_audio as gst_audio;
use gstreamer_audio::AudioChannelPosition as Position;

/// What a channel gives to left and right. The low-frequency channel gives nothing: two loudspeakers would only be overdriven by it.
fn share(position: Position) -> (f32, f32) {
    const REAR: f32 = FRAC_1_SQRT_2;
    match position {
        Position::FrontLeft | Position::FrontLeftOfCenter | Position::WideLeft => (1.0, 0.0),
        Position::FrontRight | Position::FrontRightOfCenter | Position::WideRight => (0.0, 1.0),
        Position::FrontCenter => (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
        Position::RearLeft
        | Position::SideLeft
        | Position::SurroundLeft
        | Position::TopFrontLeft
        | Position::TopRearLeft
        | Position::TopSideLeft => (REAR, 0.0),
        Position::RearRight
        | Position::SideRight
        | Position::SurroundRight
        | Position::TopFrontRight
        | Position::TopRearRight
        | Position::TopSideRight => (0.0, REAR),
        Position::Lfe1 | Position::Lfe2 => (0.0, 0.0),
        // Behind or above: as loud as a pair of rear channels that carry the same.
        _ => (0.5, 0.5),
    }
}

/// How WAV and FLAC order so many channels, for a source that does not say where its own are.
pub fn usual(channels: usize) -> &'static [Position] {
    use Position::{FrontCenter, FrontLeft, FrontRight, Lfe1, RearCenter, RearLeft, RearRight, SideLeft, SideRight};
    match channels {
        3 => &[FrontLeft, FrontRight, FrontCenter],
        4 => &[FrontLeft, FrontRight, RearLeft, RearRight],
        5 => &[FrontLeft, FrontRight, FrontCenter, RearLeft, RearRight],
        6 => &[FrontLeft, FrontRight, FrontCenter, Lfe1, RearLeft, RearRight],
        7 => &[FrontLeft, FrontRight, FrontCenter, Lfe1, RearCenter, SideLeft, SideRight],
        8 => &[FrontLeft, FrontRight, FrontCenter, Lfe1, RearLeft, RearRight, SideLeft, SideRight],
        _ => &[],
    }
}

/// What each channel gives to left, and what to right. Neither sums to more than 1, so that nothing clips that did not before.
pub fn matrix(positions: &[Position]) -> [Vec<f32>; 2] {
    let placed = positions.iter().all(|position| !matches!(position, Position::None | Position::Invalid));
    let positions = if placed { positions } else { Some(usual(positions.len())).filter(|usual| !usual.is_empty()).unwrap_or(positions) };
    let (left, right): (Vec<f32>, Vec<f32>) = positions.iter().map(|position| share(*position)).unzip();
    let most = left.iter().sum::<f32>().max(right.iter().sum()).max(1.0);
    [left, right].map(|row| row.into_iter().map(|share| share / most).collect())
}

/// Tells a converter how to make two channels of these. Of one or of a usual pair it knows itself.
pub fn set(convert: &gst::Element, info: &gst_audio::AudioInfo) {
    if info.channels() <= 2 {
        return;
    }
    let unknown = vec![Position::None; info.channels() as usize];
    let positions = info.positions().unwrap_or(&unknown);
    let rows = matrix(positions).map(|row| gst::Array::new(row.iter().map(|share| share.to_send_value())).to_send_value());
    convert.set_property("mix-matrix", gst::Array::new(rows));
}

/// GStreamer's 1.22 `flacenc` and `flacdec` take the third to sixth of eight channels in pairs the wrong way round (RFC 9639, section 9.1.3).
/// This turns them; twice is nothing. `unit` is the bytes of a sample of all eight.
pub fn turn_flac_pairs(pcm: &mut [u8], unit: usize) {
    let pair = unit / 4;
    for sample in pcm.chunks_exact_mut(unit) {
        sample[pair..3 * pair].rotate_left(pair);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn five_channels_are_weighed_as_bs_775_says() {
        let [left, right] = matrix(usual(6));
        let most = 1.0 + 2.0 * FRAC_1_SQRT_2;
        let expected = [1.0, 0.0, FRAC_1_SQRT_2, 0.0, FRAC_1_SQRT_2, 0.0].map(|share: f32| share / most);
        assert!(left.iter().zip(expected).all(|(got, want)| (got - want).abs() < 1e-6), "{left:?}");
        assert_eq!(right[1], left[0]);
        assert_eq!(right[5], left[4]);
        assert_eq!(matrix(&[Position::None; 6]), matrix(usual(6)));
    }

    proptest! {
        #[test]
        fn no_mix_is_louder_than_its_channels(channels in 1usize..9, places in prop::collection::vec(0usize..9, 8)) {
            let all = usual(8);
            let positions: Vec<Position> = places[..channels].iter().map(|place| all.get(*place).copied().unwrap_or(Position::RearCenter)).collect();
            for row in matrix(&positions) {
                prop_assert_eq!(row.len(), channels);
                prop_assert!(row.iter().sum::<f32>() <= 1.000_01 && row.iter().all(|share| *share >= 0.0));
            }
        }
    }
}
