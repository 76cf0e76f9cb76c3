//! The tags of SubRip and WebVTT, as far as they mean a style.

use super::ass::Overrides;
use super::text::Text;

/// Whose tags: in WebVTT every `<` opens one, in SubRip only a known name does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    SubRip,
    WebVtt,
}

/// What is read of one cue with all its tags, bytes.
pub const CUE_BYTES_MAX: usize = 64 * 1024;
/// A longer tag is none, bytes.
const TAG_BYTES_MAX: usize = 400;
/// Longest entity, bytes: `&#1114111;`.
const ENTITY_BYTES_MAX: usize = 12;

/// How deep each style is nested: `<i><i>a</i>b</i>` is italic throughout.
#[derive(Default)]
struct Depths {
    bold: u32,
    italic: u32,
    underline: u32,
}

/// Adds `input` to `text`. Overrides in the manner of ASS (`{\an8}`), which SubRip files often hold, go to `overrides`.
pub fn read(input: &str, dialect: Dialect, text: &mut Text, overrides: &mut Overrides) {
    let mut depths = Depths::default();
    let mut rest = &input[..input.floor_char_boundary(CUE_BYTES_MAX)];
    while let Some(c) = rest.chars().next() {
        if text.is_full() {
            return;
        }
        let taken = match c {
            '<' => tag(rest, dialect, text, &mut depths),
            '&' => entity(rest, text),
            '{' if dialect == Dialect::SubRip => overrides.block(rest, text),
            _ => None,
        };
        let taken = taken.unwrap_or_else(|| {
            text.push(c);
            c.len_utf8()
        });
        rest = &rest[taken..];
    }
}

/// Bytes of the tag at the beginning of `rest`; `None` when it is text.
fn tag(rest: &str, dialect: Dialect, text: &mut Text, depths: &mut Depths) -> Option<usize> {
    let end = rest.bytes().take(TAG_BYTES_MAX).position(|byte| byte == b'>')?;
    let inner = rest.get(1..end)?;
    let (closes, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    let name = inner.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("").to_ascii_lowercase();
    let turn = |depth: &mut u32| *depth = if closes { depth.saturating_sub(1) } else { depth.saturating_add(1) };
    match name.as_str() {
        "b" | "strong" => turn(&mut depths.bold),
        "i" | "em" => turn(&mut depths.italic),
        "u" => turn(&mut depths.underline),
        "br" => text.push('\n'),
        // Readings beside the characters: in brackets, as they stand in a line.
        "rt" => text.push(if closes { ')' } else { '(' }),
        // What has no style of ours, or names a speaker, which browsers do not show.
        "font" | "span" | "c" | "v" | "s" | "lang" | "ruby" | "p" => {}
        _ if dialect == Dialect::WebVtt => {}
        _ => return None,
    }
    if matches!(name.as_str(), "b" | "strong" | "i" | "em" | "u") {
        text.style.bold = depths.bold > 0;
        text.style.italic = depths.italic > 0;
        text.style.underline = depths.underline > 0;
    }
    Some(end + 1)
}

/// Bytes of the character reference at the beginning of `rest`; `None` when it is text.
fn entity(rest: &str, text: &mut Text) -> Option<usize> {
    let end = rest.bytes().take(ENTITY_BYTES_MAX).position(|byte| byte == b';')?;
    let name = rest.get(1..end)?;
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "lrm" => '\u{200E}',
        "rlm" => '\u{200F}',
        _ => {
            let digits = name.strip_prefix('#')?;
            let hex = digits.strip_prefix(['x', 'X']);
            let code = hex.map_or_else(|| digits.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
            char::from_u32(code?)?
        }
    };
    // A reference to a line's end is no end of a line.
    text.push(if c == '\n' { ' ' } else { c });
    Some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markup(input: &str, dialect: Dialect) -> String {
        let mut text = Text::default();
        read(input, dialect, &mut text, &mut Overrides::default());
        text.markup()
    }

    #[test]
    fn known_tags_become_styles_and_others_go() {
        let sub_rip = |input| markup(input, Dialect::SubRip);
        assert_eq!(sub_rip("<i>a</i> <font color=\"#ff0000\">b</font> <B>c"), "<i>a </i>b <b>c</b>");
        assert_eq!(sub_rip("<i><i>a</i>b</i>c</i>"), "<i>ab</i>c");
        assert_eq!(sub_rip("1 < 2 <3 <script>x</script>"), "1 &lt; 2 &lt;3 &lt;script&gt;x&lt;/script&gt;");
        assert_eq!(sub_rip("{\\i1}a{\\i0}b"), "<i>a</i>b");
        assert_eq!(sub_rip("a &amp; b &lt;i&gt; &#65;&#x42; &bogus; &#10;c"), "a &amp; b &lt;i&gt; AB &amp;bogus;  c");
        let web_vtt = |input| markup(input, Dialect::WebVtt);
        assert_eq!(web_vtt("<v Mary><c.loud>Hi</c> <00:00:01.000><b>you</b></v><img src=x>"), "Hi <b>you</b>");
        assert_eq!(web_vtt("<ruby>漢<rt>kan</rt></ruby> {\\i1}"), "漢(kan) {\\i1}");
        assert_eq!(web_vtt("a <b"), "a &lt;b");
    }
}
