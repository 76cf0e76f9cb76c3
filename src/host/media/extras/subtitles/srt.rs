//! SubRip (.srt): no standard, many hands.

use super::ass::Overrides;
use super::clock;
use super::cues::{Cues, Place};
use super::markup::{self, Dialect};
use super::text::Text;

/// Lines between two times that are looked at.
const BODY_LINES_MAX: usize = 1_000;

/// Adds a file's cues. What lies between two times is text, blank lines in it too, so that a line left blank by accident loses nothing.
pub fn read(file: &str, cues: &mut Cues) {
    let mut open: Option<(i64, i64)> = None;
    let mut body: Vec<&str> = Vec::new();
    for line in file.lines() {
        if let Some((start, end, _)) = clock::parse_span(line) {
            if let Some((start, end)) = open {
                cue(start, end, without_counter(&body), cues);
            }
            if cues.is_full() {
                return;
            }
            open = Some((start, end));
            body.clear();
        } else if body.len() < BODY_LINES_MAX {
            body.push(line);
        }
    }
    if let Some((start, end)) = open {
        cue(start, end, &body, cues);
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
        let file =
            "9\n00:00:09,000 --> 00:00:10,000\nlate\n\n1\n00:00:01,000 --> 00:00:09,500\nearly\n\n2\n00:00:05,000 --> 00:00:04,000\nno\n";
        let expected = "WEBVTT\n\n00:00:01.000 --> 00:00:09.500\nearly\n\n00:00:09.000 --> 00:00:10.000\nlate\n";
        assert_eq!(vtt(file), expected);
    }
}
