//! SubRip (.srt): no standard, many hands.

use super::ass::Overrides;
use super::clock;
use super::cues::{Cues, Place};
use super::markup::{self, Dialect};
use super::text::Text;

/// Adds a file's cues. What lies between two times is text, blank lines in it too, so that a line left blank by accident loses nothing.
pub fn read(file: &str, cues: &mut Cues) {
    let lines: Vec<&str> = file.lines().collect();
    let times: Vec<(usize, (i64, i64, &str))> =
        lines.iter().enumerate().filter_map(|(number, line)| Some((number, clock::parse_span(line)?))).collect();
    for (index, (number, (start, end, _))) in times.iter().enumerate() {
        if cues.is_full() {
            return;
        }
        let next = times.get(index + 1).map(|(next, _)| *next);
        let body = &lines[number + 1..next.unwrap_or(lines.len())];
        cue(*start, *end, if next.is_some() { without_counter(body) } else { body }, cues);
    }
}

/// Adds one cue's text, as Matroska's `S_TEXT/UTF8` holds it.
pub fn cue(start_ms: i64, end_ms: i64, lines: &[&str], cues: &mut Cues) {
    let (mut text, mut overrides) = (Text::default(), Overrides::default());
    markup::read(&lines.join("\n"), Dialect::SubRip, &mut text, &mut overrides);
    cues.push(start_ms, end_ms, overrides.place(text.lines()).unwrap_or(Place::default()), &text);
}

/// Without the next cue's number, which stands alone before its times.
fn without_counter<'a, 'b>(body: &'a [&'b str]) -> &'a [&'b str] {
    match body {
        [rest @ .., counter] if is_counter(counter) => rest,
        _ => body,
    }
}

fn is_counter(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.len() <= 9 && line.bytes().all(|byte| byte.is_ascii_digit())
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
    fn reads_what_many_programs_write() {
        let file = "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>One</i>\r\ntwo\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000 X1:1 Y1:2\r\n\
                    {\\an8}on top\r\n\r\nstill\r\n\r\n\r\n3\r\n0:0:5.5 --> 0:0:6.5\r\n1984\r\n";
        let expected = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<i>One</i>\ntwo\n\n00:00:03.000 --> 00:00:04.000 line:5%\non top\nstill\n\n\
                        00:00:05.500 --> 00:00:06.500\n1984\n";
        assert_eq!(vtt(file), expected);
    }

    #[test]
    fn unsorted_overlapping_and_backward_cues_are_put_right() {
        let file = "9\n00:00:09,000 --> 00:00:10,000\nlate\n\n1\n00:00:01,000 --> 00:00:09,500\nearly\n\n2\n00:00:05,000 --> 00:00:04,000\nno\n";
        let expected = "WEBVTT\n\n00:00:01.000 --> 00:00:09.500\nearly\n\n00:00:09.000 --> 00:00:10.000\nlate\n";
        assert_eq!(vtt(file), expected);
    }
}
