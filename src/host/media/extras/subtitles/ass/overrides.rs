//! Override blocks, `{\i1\an8}`: what they say of style and place.

use super::super::cues::{Align, Place};
use super::super::text::{Style, Text};

/// A longer block is text, bytes.
const BLOCK_BYTES_MAX: usize = 20_000;
/// Percent of the picture between a cue and its edge.
const MARGIN_PERCENT: f32 = 5.0;
/// Height of a line in browsers, percent of the picture.
const LINE_PERCENT: f32 = 6.0;

/// State within one event.
#[derive(Clone, Debug)]
pub struct Overrides {
    /// What `\r` goes back to.
    pub base: Style,
    /// As on a number pad: 2 is at the bottom in the middle.
    pub alignment: u8,
    /// Size of the picture that positions are given in.
    pub play_res: (f32, f32),
    position: Option<(f32, f32)>,
    is_drawing: bool,
}

impl Default for Overrides {
    fn default() -> Self {
        // The size that a script without one has; it is also what `\pos` in SubRip is given in.
        Self { base: Style::default(), alignment: 2, play_res: (384.0, 288.0), position: None, is_drawing: false }
    }
}

impl Overrides {
    /// Bytes of the block at the beginning of `rest`; `None` when it is text. A block without a backslash is a note.
    pub fn block(&mut self, rest: &str, text: &mut Text) -> Option<usize> {
        let end = rest.bytes().take(BLOCK_BYTES_MAX).position(|byte| byte == b'}')?;
        let inner = rest.get(1..end)?;
        if !inner.trim_start().starts_with('\\') {
            return None;
        }
        inner.split('\\').skip(1).for_each(|tag| self.tag(tag.trim(), text));
        Some(end + 1)
    }

    pub fn is_drawing(&self) -> bool {
        self.is_drawing
    }

    fn tag(&mut self, tag: &str, text: &mut Text) {
        let value = |name: &str| tag.strip_prefix(name).filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
        let arguments = |name: &str| tag.strip_prefix(name).and_then(|rest| rest.strip_prefix('(')).map(|rest| rest.trim_end_matches(')'));
        if let Some(weight) = value("b") {
            // A weight, or a switch; nothing at all is the style's own.
            text.style.bold = weight.parse().map_or(self.base.bold, |weight: u32| weight == 1 || weight >= 600);
        } else if let Some(on) = value("i") {
            text.style.italic = if on.is_empty() { self.base.italic } else { on != "0" };
        } else if let Some(on) = value("u") {
            text.style.underline = if on.is_empty() { self.base.underline } else { on != "0" };
        } else if let Some(scale) = value("p") {
            self.is_drawing = scale.bytes().any(|byte| byte != b'0');
        } else if let Some(pad) = value("an") {
            self.alignment = pad.parse().ok().filter(|pad| (1..=9).contains(pad)).unwrap_or(self.alignment);
        } else if let Some(old) = value("a") {
            self.alignment = old.parse().map_or(self.alignment, old_alignment);
        } else if let Some(at) = arguments("pos").or_else(|| arguments("move")) {
            let mut numbers = at.split(',').map(|number| number.trim().parse::<f32>().ok().filter(|number| number.is_finite()));
            self.position = numbers.next().flatten().zip(numbers.next().flatten());
        } else if tag.starts_with('r') {
            text.style = self.base;
        }
    }

    /// Where a cue of so many lines is shown; `None` for the usual place.
    pub fn place(&self, lines: usize) -> Option<Place> {
        let column = (self.alignment.clamp(1, 9) - 1) % 3;
        let row = (self.alignment.clamp(1, 9) - 1) / 3;
        let align = [Align::Start, Align::Center, Align::End][usize::from(column)];
        let height = LINE_PERCENT * lines.max(1) as f32;
        // How much of the cue is above its anchor: WebVTT places its upper edge.
        let above = [height, height / 2.0, 0.0][usize::from(row)];
        let (line, position) = match self.position {
            Some((x, y)) => (Some(y / self.play_res.1 * 100.0 - above), Some(x / self.play_res.0 * 100.0)),
            None => {
                let line = [None, Some(50.0 - height / 2.0), Some(MARGIN_PERCENT)][usize::from(row)];
                (line, [Some(MARGIN_PERCENT), None, Some(100.0 - MARGIN_PERCENT)][usize::from(column)])
            }
        };
        let lowest = (100.0 - height).max(0.0);
        let place =
            Place { line: line.map(|line| line.clamp(0.0, lowest) as u8), position: position.map(|at| at.clamp(0.0, 100.0) as u8), align };
        (place != Place::default()).then_some(place)
    }
}

/// SubStation Alpha's: 1 to 3 at the bottom, 4 more at the top, 8 more in the middle.
pub fn old_alignment(old: u8) -> u8 {
    let column = (old & 3).max(1);
    match old & 12 {
        4 => column + 6,
        8 => column + 3,
        _ => column,
    }
}
