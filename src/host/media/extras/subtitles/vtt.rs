//! WebVTT from outside: read for its cues alone. Styles, regions, notes and names are left out.

use super::ass::Overrides;
use super::clock;
use super::cues::{Align, Cues, Place};
use super::markup::{self, Dialect};
use super::text::Text;

/// Adds a file's cues.
///
/// A block is what lies between blank lines (section 6.1 of the W3C's WebVTT); only its first or second line can hold times.
pub fn read(file: &str, cues: &mut Cues) {
    let mut lines = file.lines();
    while let Some(line) = lines.next() {
        if cues.is_full() {
            return;
        }
        let Some((start, end, settings)) = clock::parse_span(line) else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        cue(start, end, settings, &body.join("\n"), cues);
    }
}

/// Adds one cue, as Matroska's `S_TEXT/WEBVTT` and MP4's `wvtt` hold it.
pub fn cue(start_ms: i64, end_ms: i64, settings: &str, payload: &str, cues: &mut Cues) {
    let mut text = Text::default();
    markup::read(payload, Dialect::WebVtt, &mut text, &mut Overrides::default());
    cues.push(start_ms, end_ms, place(settings, text.lines()), &text);
}

fn place(settings: &str, lines: usize) -> Place {
    let mut place = Place::default();
    for setting in settings.split_ascii_whitespace().take(8) {
        match setting.split_once(':') {
            Some(("line", value)) => place.line = line(value, lines),
            Some(("position", value)) => place.position = percent(value),
            Some(("align", "start" | "left")) => place.align = Align::Start,
            Some(("align", "end" | "right")) => place.align = Align::End,
            _ => {}
        }
    }
    place
}

/// A line counted from the top, or with a minus from the bottom, becomes where it would be; the last lines are what a browser chooses itself.
fn line(value: &str, lines: usize) -> Option<u8> {
    let value = value.split(',').next().unwrap_or(value);
    if value.ends_with('%') {
        return percent(value);
    }
    let number: i32 = value.parse().ok().filter(|number: &i32| number.abs() < 1_000)?;
    let rows = i32::try_from(lines).unwrap_or(1);
    match number {
        0.. => u8::try_from((number * LINE_PERCENT).min(100 - LINE_PERCENT)).ok(),
        _ if -number <= rows => None,
        _ => u8::try_from((100 + number * LINE_PERCENT).max(0)).ok(),
    }
}

/// Height of a line in browsers, percent of the picture.
const LINE_PERCENT: i32 = 6;

fn percent(value: &str) -> Option<u8> {
    let number: f32 = value.split(',').next()?.strip_suffix('%')?.parse().ok()?;
    // A cast of a float clamps to the target's range.
    (0.0..=100.0).contains(&number).then_some(number as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vtt(file: &str) -> String {
        let mut cues = Cues::default();
        read(file, &mut cues);
        cues.write()
    }

    #[test]
    fn only_cues_pass_and_their_settings_are_ours() {
        let file = "WEBVTT - a title\nX-TIMESTAMP-MAP=LOCAL:0\n\nSTYLE\n::cue { background: url(https://example.com) }\n\nREGION\nid:a\n\n\
                    NOTE no cue\n\nname --> \n01:00.000 --> 01:01.000 line:0 position:20% align:start region:a size:10%\n<v Bob>Hi</v>\nthere\n\n\
                    00:02:00.000 --> 00:02:01.000 line:-1\n<c.x>end</c>\n";
        let expected = "WEBVTT\n\n00:01:00.000 --> 00:01:01.000 line:0% position:20% align:start\nHi\nthere\n\n\
                        00:02:00.000 --> 00:02:01.000\nend\n";
        assert_eq!(vtt(file), expected);
    }

    #[test]
    fn our_own_output_is_read_back_as_itself() {
        let ours = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 line:5% position:90% align:end\n<b>a &amp; b</b>\n&lt;i&gt;\n";
        assert_eq!(vtt(ours), ours);
    }
}
