//! Styled text of one cue, and the only way in which it becomes markup.
//!
//! Whatever a file holds ends up here as single characters with a style each; tags are made anew from them. So nothing of a file's own
//! markup can reach a browser, and tags nested a million deep are three bits.

/// Longest text of one cue, characters: more than fits on a screen.
const CHARS_MAX: usize = 2_000;
/// Most lines of one cue.
const LINES_MAX: usize = 12;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Text {
    pub style: Style,
    chars: Vec<(char, Style)>,
}

impl Text {
    pub fn push(&mut self, c: char) {
        // A tab, or a space of another width, would be a space in a browser anyhow.
        let c = if c == '\t' { ' ' } else { c };
        if self.chars.len() < CHARS_MAX && (c == '\n' || !c.is_control()) && c != '\u{FEFF}' {
            self.chars.push((c, self.style));
        }
    }

    #[cfg(test)]
    pub fn push_str(&mut self, text: &str) {
        text.chars().for_each(|c| self.push(c));
    }

    pub fn is_full(&self) -> bool {
        self.chars.len() >= CHARS_MAX
    }

    /// WebVTT cue text (section 4.2.2 of the W3C's WebVTT): lines that hold something, escaped, with balanced tags. Empty when nothing shows.
    pub fn markup(&self) -> String {
        let lines = self.chars.split(|(c, _)| *c == '\n').map(trim).filter(|line| !line.is_empty());
        let mut out = String::new();
        for (number, line) in lines.take(LINES_MAX).enumerate() {
            if number > 0 {
                out.push('\n');
            }
            let mut open = Style::default();
            for &(c, style) in line {
                // A space looks the same in any style but underlined: fewer tags.
                if style != open && !(c == ' ' && style.underline == open.underline) {
                    close(&mut out, open);
                    tags(&mut out, style);
                    open = style;
                }
                escape(&mut out, c);
            }
            close(&mut out, open);
        }
        out
    }

    /// Lines that [`Self::markup`] has.
    pub fn lines(&self) -> usize {
        self.chars.split(|(c, _)| *c == '\n').filter(|line| !trim(line).is_empty()).count().min(LINES_MAX)
    }
}

fn trim(mut line: &[(char, Style)]) -> &[(char, Style)] {
    // Not `is_whitespace`: a no-break space is how subtitles are moved aside.
    let is_blank = |c: char| c.is_whitespace() && c != '\u{A0}';
    while let [(c, _), rest @ ..] = line
        && is_blank(*c)
    {
        line = rest;
    }
    while let [rest @ .., (c, _)] = line
        && is_blank(*c)
    {
        line = rest;
    }
    if line.iter().all(|(c, _)| c.is_whitespace()) { &[] } else { line }
}

fn tags(out: &mut String, style: Style) {
    for (is_set, tag) in [(style.bold, "<b>"), (style.italic, "<i>"), (style.underline, "<u>")] {
        if is_set {
            out.push_str(tag);
        }
    }
}

fn close(out: &mut String, style: Style) {
    for (is_set, tag) in [(style.underline, "</u>"), (style.italic, "</i>"), (style.bold, "</b>")] {
        if is_set {
            out.push_str(tag);
        }
    }
}

fn escape(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        // Line and paragraph separators: a line is what we say it is.
        '\u{2028}' | '\u{2029}' | '\u{85}' => out.push(' '),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_balanced_and_text_is_escaped() {
        let mut text = Text::default();
        text.push_str(" a<b --> & \n \n\n");
        text.style.italic = true;
        text.push_str("c\nd");
        text.style.bold = true;
        text.push_str(" e\u{0}\u{1b}");
        assert_eq!(text.markup(), "a&lt;b --&gt; &amp;\n<i>c</i>\n<i>d </i><b><i>e</i></b>");
        assert_eq!(text.lines(), 3);
    }

    #[test]
    fn a_cue_of_any_length_is_cut() {
        let mut text = Text::default();
        text.push_str(&"line\n".repeat(100_000));
        assert!(text.is_full());
        assert_eq!(text.markup().lines().count(), LINES_MAX);
    }
}
