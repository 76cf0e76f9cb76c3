//! Ratings: 1 to 100, 20 for each star, from the scales that programs have.

use super::fields::Fields;
use super::key::Key;
use crate::host::media::id3::terminated;

/// Who writes `POPM` bytes in proportion.
const LINEAR: [&[u8]; 2] = [b"quodlibet@lists.sacredchao.net", b"traktor@native-instruments.de"];

/// `POPM` (ID3v2.4 4.17): an address, a byte, a counter.
pub(super) fn push(fields: &mut Fields, body: &[u8]) -> Option<()> {
    let (address, rest) = terminated(0, body);
    let is_linear = LINEAR.iter().any(|known| address.eq_ignore_ascii_case(known));
    let percent = of_byte(*rest.first()?, is_linear);
    if percent > 0 {
        fields.push(Key::RatingPercent, &percent.to_string());
    }
    Some(())
}

/// Windows Media Player's steps, which all others took up, with MediaMonkey's and MusicBee's halves between them.
fn of_byte(byte: u8, is_linear: bool) -> u8 {
    if is_linear {
        return u8::try_from(u16::from(byte) * 100 / 255).unwrap_or(100).max(u8::from(byte > 0));
    }
    match byte {
        0 => 0,
        13 => 10,
        54 => 30,
        118 => 50,
        186 => 70,
        242 => 90,
        1..=31 => 20,
        32..=95 => 40,
        96..=159 => 60,
        160..=223 => 80,
        224..=255 => 100,
    }
}

/// What the tags say, 1 to 100.
pub(super) fn rating(fields: &Fields) -> Option<u8> {
    let number = |key| fields.raw(key).find_map(|text| text.replace(',', ".").parse::<f64>().ok()).filter(|number| number.is_finite());
    let percent = number(Key::RatingPercent)
        .or_else(|| number(Key::RatingPart).map(|part| part * 100.0))
        .or_else(|| fields.raw(Key::Rating).find_map(by_its_size))?;
    (percent > 0.0).then(|| percent.round().clamp(1.0, 100.0) as u8)
}

/// A number whose scale nothing says: parts of one, stars, half stars, percent, or a byte.
fn by_its_size(text: &str) -> Option<f64> {
    let stars = text.chars().filter(|c| *c == '★').count();
    if stars > 0 {
        return Some(stars as f64 * 20.0);
    }
    let number: f64 = text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)?;
    Some(match number {
        part if part <= 1.0 && text.contains(['.', ',']) => part * 100.0,
        stars if stars <= 5.0 => stars * 20.0,
        halves if halves <= 10.0 => halves * 10.0,
        percent if percent <= 100.0 => percent,
        byte => byte.min(255.0) * 100.0 / 255.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rated(key: Key, text: &str) -> Option<u8> {
        let mut fields = Fields::default();
        fields.push(key, text);
        rating(&fields)
    }

    #[test]
    fn stars_are_those_of_who_wrote_them() {
        for (address, byte, expected) in [
            ("Windows Media Player 9 Series", 1, Some(20)),
            ("Windows Media Player 9 Series", 64, Some(40)),
            ("rating@winamp.com", 128, Some(60)),
            ("MusicBee", 186, Some(70)),
            ("no@email", 196, Some(80)),
            ("", 255, Some(100)),
            ("", 0, None),
            ("quodlibet@lists.sacredchao.net", 127, Some(49)),
            ("traktor@native-instruments.de", 153, Some(60)),
        ] {
            let mut fields = Fields::default();
            let body = [address.as_bytes(), &[0, byte, 0, 0, 0, 7]].concat();
            push(&mut fields, &body);
            assert_eq!(rating(&fields), expected, "{address} {byte}");
        }
        for (text, expected) in [
            ("5", Some(100)),
            ("3.5", Some(70)),
            ("0.8", Some(80)),
            ("1", Some(20)),
            ("8", Some(80)),
            ("60", Some(60)),
            ("255", Some(100)),
            ("★★★", Some(60)),
            ("0", None),
            ("NaN", None),
            ("-3", None),
            ("good", None),
            ("1e300", Some(100)),
        ] {
            assert_eq!(rated(Key::Rating, text), expected, "{text}");
        }
        assert_eq!(rated(Key::RatingPart, "0.9"), Some(90));
        assert_eq!(rated(Key::RatingPercent, "99"), Some(99));
    }
}
