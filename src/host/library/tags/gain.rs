//! ReplayGain and R 128 as files say them.

use super::fields::Fields;
use super::key::Key;
use crate::host::library::described::MoreTags;

/// R 128 gains go to -23 LUFS, ReplayGain and ours to -18, hundredths of dB.
const R128_TO_OURS_CDB: i32 = 500;
/// What no recording needs is a mistake, dB.
const GAIN_MAX_DB: f64 = 64.0;
/// 30 dB over full scale.
const PEAK_MAX: f64 = 32.0;

pub(super) fn fill(more: &mut MoreTags, fields: &Fields) {
    more.track_gain_cdb = gain(fields, Key::TrackGain).or_else(|| r128(fields, Key::R128TrackGain));
    more.album_gain_cdb = gain(fields, Key::AlbumGain).or_else(|| r128(fields, Key::R128AlbumGain));
    more.track_peak_ppm = peak(fields, Key::TrackPeak);
    more.album_peak_ppm = peak(fields, Key::AlbumPeak);
}

/// `-6.50 dB`.
fn gain(fields: &Fields, key: Key) -> Option<i32> {
    let number = |text: &str| {
        let text = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c.is_whitespace()).replace(',', ".");
        text.trim_start_matches('+').parse::<f64>().ok().filter(|db| db.abs() <= GAIN_MAX_DB)
    };
    fields.raw(key).find_map(number).map(|db| (db * 100.0).round() as i32)
}

/// 256 parts to a dB (RFC 7845 5.2.1).
fn r128(fields: &Fields, key: Key) -> Option<i32> {
    let parts = fields.raw(key).find_map(|text| text.parse::<i16>().ok())?;
    Some((f64::from(parts) * 100.0 / 256.0).round() as i32 + R128_TO_OURS_CDB)
}

/// Parts of full scale.
fn peak(fields: &Fields, key: Key) -> Option<u32> {
    let peak = fields.raw(key).find_map(|text| text.replace(',', ".").parse::<f64>().ok())?;
    (0.0..=PEAK_MAX).contains(&peak).then(|| (peak * 1e6).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_of_both_kinds_go_to_the_same_loudness() {
        for (key, text, expected) in [
            (Key::TrackGain, "-6.48 dB", Some(-648)),
            (Key::TrackGain, "+3,2dB", Some(320)),
            (Key::TrackGain, "0", Some(0)),
            (Key::TrackGain, "900 dB", None),
            (Key::TrackGain, "NaN dB", None),
            (Key::TrackGain, "loud", None),
            (Key::R128TrackGain, "-1280", Some(0)),
            (Key::R128TrackGain, "256", Some(600)),
            (Key::R128TrackGain, "70000", None),
        ] {
            let (mut fields, mut more) = (Fields::default(), MoreTags::default());
            fields.push(key, text);
            fill(&mut more, &fields);
            assert_eq!(more.track_gain_cdb, expected, "{text}");
        }
        let (mut fields, mut more) = (Fields::default(), MoreTags::default());
        fields.push(Key::AlbumPeak, "0.988547");
        fields.push(Key::TrackPeak, "1e9");
        fill(&mut more, &fields);
        assert_eq!((more.album_peak_ppm, more.track_peak_ppm), (Some(988_547), None));
    }
}
