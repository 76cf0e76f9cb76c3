//! A script's sections: its picture size, its styles, its events.

use std::collections::HashMap;

use super::super::clock;
use super::super::cues::{Cues, Place};
use super::super::markup::CUE_BYTES_MAX;
use super::super::text::{Style, Text};
use super::overrides::{Overrides, old_alignment};

/// Styles that are kept; a script has some dozens.
const STYLES_MAX: usize = 2_000;
/// Columns of a format line.
const COLUMNS_MAX: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Section {
    Info,
    /// `old`: of SubStation Alpha, where alignments are others.
    Styles {
        old: bool,
    },
    Events,
    #[default]
    Other,
}

#[derive(Clone, Copy)]
struct Named {
    style: Style,
    alignment: u8,
}

/// What has been read of a script so far.
#[derive(Default)]
pub struct Script {
    section: Section,
    play_res: (Option<f32>, Option<f32>),
    style_format: Vec<String>,
    event_format: Vec<String>,
    styles: HashMap<String, Named>,
}

/// One line of dialogue.
pub struct Event<'a> {
    start_ms: i64,
    end_ms: i64,
    style: &'a str,
    text: &'a str,
}

impl Script {
    /// Of the header that Matroska keeps apart from the events.
    pub fn header(text: &str) -> Self {
        let mut script = Self::default();
        for line in text.lines() {
            // An event in a header has no place in time.
            let _ = script.line(line);
        }
        script
    }

    /// Takes one line; gives what is to be shown.
    pub fn line<'a>(&mut self, line: &'a str) -> Option<Event<'a>> {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            self.section = match name.to_ascii_lowercase().as_str() {
                "script info" => Section::Info,
                "v4+ styles" | "v4++ styles" => Section::Styles { old: false },
                "v4 styles" => Section::Styles { old: true },
                "events" => Section::Events,
                _ => Section::Other,
            };
            return None;
        }
        let (key, value) = line.split_once(':')?;
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim_start());
        match (self.section, key.as_str()) {
            (Section::Info, "playresx") => self.play_res.0 = size(value),
            (Section::Info, "playresy") => self.play_res.1 = size(value),
            (Section::Styles { .. }, "format") => self.style_format = columns(value),
            (Section::Styles { old }, "style") => self.style(value, old),
            (Section::Events, "format") => self.event_format = columns(value),
            (Section::Events, "dialogue") => return self.event(value),
            _ => {}
        }
        None
    }

    fn style(&mut self, value: &str, old: bool) {
        if self.styles.len() >= STYLES_MAX {
            return;
        }
        let fields: Vec<&str> = value.split(',').map(str::trim).take(COLUMNS_MAX).collect();
        let field = |name: &str| self.style_format.iter().position(|column| column == name).and_then(|at| fields.get(at).copied());
        let is_set = |name: &str| field(name).is_some_and(|value| value != "0" && !value.is_empty());
        let Some(name) = field("name") else { return };
        let style = Style { bold: is_set("bold"), italic: is_set("italic"), underline: is_set("underline") };
        let number: u8 = field("alignment").and_then(|value| value.parse().ok()).unwrap_or(2);
        let alignment = if old { old_alignment(number) } else { number.clamp(1, 9) };
        self.styles.insert(name.trim_start_matches('*').to_owned(), Named { style, alignment });
    }

    fn event<'a>(&self, value: &'a str) -> Option<Event<'a>> {
        // The text is the last column and holds commas of its own.
        let count = if self.event_format.is_empty() { 10 } else { self.event_format.len() };
        let fields: Vec<&str> = value.splitn(count, ',').collect();
        let usual = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"];
        let place = |name: &str| match self.event_format.as_slice() {
            [] => usual.iter().position(|column| *column == name),
            format => format.iter().position(|column| column == name),
        };
        let field = |name: &str| place(name).and_then(|at| fields.get(at).copied());
        let (start_ms, end_ms) = (clock::parse(field("start")?)?, clock::parse(field("end")?)?);
        Some(Event { start_ms, end_ms, style: field("style").unwrap_or("").trim(), text: field("text")? })
    }

    /// Adds a block of Matroska's: `ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text`; its times are the container's.
    pub fn block(&self, start_ms: i64, end_ms: i64, block: &str, cues: &mut Cues) {
        let mut fields = block.splitn(9, ',').skip(2);
        let (Some(style), Some(text)) = (fields.next(), fields.nth(5)) else { return };
        self.show(&Event { start_ms, end_ms, style: style.trim(), text }, cues);
    }

    /// Adds an event as a cue.
    pub fn show(&self, event: &Event<'_>, cues: &mut Cues) {
        let named = self.styles.get(event.style.trim_start_matches('*')).or_else(|| self.styles.get("Default"));
        let mut overrides = Overrides::default();
        if let Some(named) = named {
            (overrides.base, overrides.alignment) = (named.style, named.alignment);
        }
        overrides.play_res = self.picture(overrides.play_res);
        let mut text = Text::default();
        text.style = overrides.base;
        words(event.text, &mut text, &mut overrides);
        let place = overrides.place(text.lines()).unwrap_or(Place::default());
        cues.push(event.start_ms, event.end_ms, place, &text);
    }

    /// A script that says one side only has pictures of 4:3.
    fn picture(&self, usual: (f32, f32)) -> (f32, f32) {
        match self.play_res {
            (Some(x), Some(y)) => (x, y),
            (Some(x), None) => (x, x * 3.0 / 4.0),
            (None, Some(y)) => (y * 4.0 / 3.0, y),
            (None, None) => usual,
        }
    }
}

fn words(event: &str, text: &mut Text, overrides: &mut Overrides) {
    let mut rest = &event[..event.floor_char_boundary(CUE_BYTES_MAX)];
    while let Some(c) = rest.chars().next() {
        if text.is_full() {
            return;
        }
        let taken = match c {
            '{' => overrides.block(rest, text).or_else(|| note(rest)),
            '\\' => escape(rest, text, overrides),
            _ => None,
        };
        let taken = taken.unwrap_or_else(|| {
            if !overrides.is_drawing() {
                text.push(c);
            }
            c.len_utf8()
        });
        rest = &rest[taken..];
    }
}

/// Braces without a backslash hold a translator's remark.
fn note(rest: &str) -> Option<usize> {
    rest.bytes().take(2_000).position(|byte| byte == b'}').map(|end| end + 1)
}

fn escape(rest: &str, text: &mut Text, overrides: &Overrides) -> Option<usize> {
    let c = match rest.as_bytes().get(1)? {
        b'N' => '\n',
        b'n' => ' ',
        b'h' => '\u{A0}',
        _ => return None,
    };
    if !overrides.is_drawing() {
        text.push(c);
    }
    Some(2)
}

fn columns(format: &str) -> Vec<String> {
    format.split(',').take(COLUMNS_MAX).map(|column| column.trim().to_ascii_lowercase()).collect()
}

fn size(value: &str) -> Option<f32> {
    value.trim().parse().ok().filter(|size: &f32| (1.0..=100_000.0).contains(size))
}
