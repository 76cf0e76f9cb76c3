//! 3GPP timed text, which MP4 calls `tx3g` and ffmpeg `mov_text` (3GPP TS 26.245, section 5.17).

use super::cues::{Cues, Place};
use super::text::{Style, Text};

const STYLE_BYTES: usize = 12;
/// Style records of one sample; more than a cue has characters are of no use.
const STYLES_MAX: usize = 512;

/// Adds one sample: a length (u16), the text, then boxes that style it. An empty one clears the screen, which the durations already say.
pub fn cue(start_ms: i64, end_ms: i64, sample: &[u8], cues: &mut Cues) {
    let Some((length, rest)) = sample.split_first_chunk::<2>() else { return };
    let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
    let (bytes, boxes) = rest.split_at(length);
    let styles = styles(boxes);
    let mut text = Text::default();
    for (number, c) in decode(bytes).chars().enumerate() {
        if text.is_full() {
            break;
        }
        text.style = styles.iter().find(|(range, _)| range.contains(&number)).map_or_else(Style::default, |(_, style)| *style);
        text.push(if matches!(c, '\r' | '\u{2028}' | '\u{2029}') { '\n' } else { c });
    }
    cues.push(start_ms, end_ms, Place::default(), &text);
}

/// UTF-8, or UTF-16 when it begins with a byte order mark.
fn decode(bytes: &[u8]) -> String {
    let units = |rest: &[u8], unit: fn([u8; 2]) -> u16| -> String {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Which characters have which style.
fn styles(boxes: &[u8]) -> Vec<(std::ops::Range<usize>, Style)> {
    let Some(body) = find_box(boxes, b"styl").and_then(|body| body.get(2..)) else { return Vec::new() };
    let record = |record: &[u8]| {
        let word = |at: usize| usize::from(u16::from_be_bytes([record[at], record[at + 1]]));
        let face = record[6];
        (word(0)..word(2), Style { bold: face & 1 != 0, italic: face & 2 != 0, underline: face & 4 != 0 })
    };
    body.chunks_exact(STYLE_BYTES).take(STYLES_MAX).map(record).collect()
}

fn find_box<'a>(mut rest: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk::<4>()?);
        let whole = rest.get(..usize::try_from(length).ok()?)?;
        if whole.get(4..8)? == kind {
            return whole.get(8..);
        }
        rest = rest.get(whole.len()..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vtt(sample: &[u8]) -> String {
        let mut cues = Cues::default();
        cue(0, 1_000, sample, &mut cues);
        cues.write()
    }

    #[test]
    fn text_and_its_styles_are_read() {
        let text = "é <b>\nend".as_bytes();
        let mut sample = vec![0, u8::try_from(text.len()).expect("short")];
        sample.extend_from_slice(text);
        sample.extend_from_slice(&[0, 0, 0, 8]);
        sample.extend_from_slice(b"hlit");
        sample.extend_from_slice(&[0, 0, 0, 22]);
        sample.extend_from_slice(b"styl");
        sample.extend_from_slice(&[0, 1, 0, 6, 0, 9, 0, 1, 3, 18, 255, 255, 255, 255]);
        assert_eq!(vtt(&sample), "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\né &lt;b&gt;\n<b><i>end</i></b>\n");
        assert_eq!(vtt(&[0, 6, 0xfe, 0xff, 0, b'h', 0, b'i']), "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nhi\n");
        assert_eq!(vtt(&[0, 0]), "WEBVTT\n");
        assert_eq!(vtt(&[0xff, 0xff, b'a']), "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\na\n");
    }
}
