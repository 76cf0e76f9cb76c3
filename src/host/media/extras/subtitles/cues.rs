//! Cues with times, gathered in any order and written as WebVTT.

use std::collections::VecDeque;
use std::fmt::Write;

use super::text::Text;

/// Cues of one subtitle; the rest is left out. A talkative film has 3,000.
pub const CUES_MAX: usize = 50_000;
/// Bytes of all cues' markup; the rest is left out.
const MARKUP_BYTES_MAX: usize = 6 * 1024 * 1024;
/// Cues that are shown at one moment: beyond it the one that began first ends. A browser lays all of them out again each time.
const SHOWN_MAX: usize = 12;
/// No cue begins or ends later: 99 hours, so that hours have two digits.
const TIME_MS_MAX: i64 = 99 * 3_600_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    Start,
    #[default]
    Center,
    End,
}

/// Where a cue is shown. Percent of the picture; `None` where the browser is to choose, which is at the bottom in the middle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Of the upper edge.
    pub line: Option<u8>,
    /// Of the edge or middle that `align` names.
    pub position: Option<u8>,
    pub align: Align,
}

struct Cue {
    start_ms: i64,
    end_ms: i64,
    place: Place,
    markup: String,
}

#[derive(Default)]
pub struct Cues {
    cues: Vec<Cue>,
    markup_bytes: usize,
}

impl Cues {
    /// Adds a cue that shows something for some time; others are left out. Times before 0 are cut off.
    pub fn push(&mut self, start_ms: i64, end_ms: i64, place: Place, text: &Text) {
        let (start_ms, end_ms) = (start_ms.clamp(0, TIME_MS_MAX), end_ms.clamp(0, TIME_MS_MAX));
        if start_ms >= end_ms || self.is_full() {
            return;
        }
        let markup = text.markup();
        if !markup.is_empty() {
            self.markup_bytes += markup.len();
            self.cues.push(Cue { start_ms, end_ms, place, markup });
        }
    }

    pub fn is_full(&self) -> bool {
        self.cues.len() >= CUES_MAX || self.markup_bytes >= MARKUP_BYTES_MAX
    }

    pub fn is_empty(&self) -> bool {
        self.cues.is_empty()
    }

    /// A WebVTT file: cues by start, no styles, regions, notes or names.
    pub fn write(mut self) -> String {
        // Stable: cues of one moment stay in the file's order, in which a browser stacks them.
        self.cues.sort_by_key(|cue| cue.start_ms);
        self.cues.dedup_by(|b, a| (a.start_ms, a.end_ms, a.place, &a.markup) == (b.start_ms, b.end_ms, b.place, &b.markup));
        end_the_oldest(&mut self.cues);
        let mut out = String::with_capacity(self.markup_bytes + self.cues.len() * 48 + 16);
        out.push_str("WEBVTT\n");
        for cue in &self.cues {
            let (from, to) = (clock(cue.start_ms), clock(cue.end_ms));
            write!(out, "\n{from} --> {to}{}\n{}\n", settings(cue.place), cue.markup).expect("writing to a String cannot fail");
        }
        out
    }
}

/// Leaves at most [`SHOWN_MAX`] cues at any moment. `cues` are sorted by start.
fn end_the_oldest(cues: &mut Vec<Cue>) {
    let mut shown: VecDeque<usize> = VecDeque::new();
    for index in 0..cues.len() {
        let now = cues[index].start_ms;
        shown.retain(|&other| cues[other].end_ms > now);
        if shown.len() >= SHOWN_MAX
            && let Some(oldest) = shown.pop_front()
        {
            cues[oldest].end_ms = now;
        }
        shown.push_back(index);
    }
    cues.retain(|cue| cue.start_ms < cue.end_ms);
}

fn clock(ms: i64) -> String {
    let (seconds, ms) = (ms / 1_000, ms % 1_000);
    format!("{:02}:{:02}:{:02}.{ms:03}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

fn settings(place: Place) -> String {
    let mut out = String::new();
    if let Some(line) = place.line {
        out += &format!(" line:{}%", line.min(100));
    }
    if let Some(position) = place.position {
        out += &format!(" position:{}%", position.min(100));
    }
    match place.align {
        Align::Start => out += " align:start",
        Align::Center => {}
        Align::End => out += " align:end",
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(of: &str) -> Text {
        let mut text = Text::default();
        text.push_str(of);
        text
    }

    #[test]
    fn cues_are_sorted_and_lie_within_time() {
        let mut cues = Cues::default();
        cues.push(5_000, 6_500, Place { line: Some(5), position: Some(10), align: Align::Start }, &text("c"));
        cues.push(-2_000, 1_000, Place::default(), &text("a"));
        cues.push(-2_000, -1_000, Place::default(), &text("before all"));
        cues.push(3_000, 3_000, Place::default(), &text("no time"));
        cues.push(1_000, i64::MAX, Place::default(), &text("b"));
        cues.push(1_000, i64::MAX, Place::default(), &text("b"));
        cues.push(9_000, 9_500, Place::default(), &text(" \n "));
        let expected = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\na\n\n00:00:01.000 --> 99:00:00.000\nb\n\n\
                        00:00:05.000 --> 00:00:06.500 line:5% position:10% align:start\nc\n";
        assert_eq!(cues.write(), expected);
    }

    #[test]
    fn a_heap_of_cues_at_one_moment_is_thinned_out() {
        let mut cues = Cues::default();
        for number in 0..10_000 {
            cues.push(number, 86_400_000, Place::default(), &text(&number.to_string()));
        }
        cues.cues.sort_by_key(|cue| cue.start_ms);
        end_the_oldest(&mut cues.cues);
        let at = 9_999;
        assert_eq!(cues.cues.iter().filter(|cue| cue.start_ms <= at && at < cue.end_ms).count(), SHOWN_MAX);
        assert_eq!(cues.cues.len(), 10_000);
    }

    #[test]
    fn more_cues_than_any_film_has_are_cut() {
        let mut cues = Cues::default();
        for number in 0..2 * CUES_MAX as i64 {
            cues.push(number * 10, number * 10 + 10, Place::default(), &text("a"));
        }
        assert_eq!(cues.cues.len(), CUES_MAX);
    }
}
