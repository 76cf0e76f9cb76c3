//! A WebVTT parser that forgives nothing, and knows only the part of the format that subtitles may use here.

/// A cue as it was written. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    pub start_ms: u64,
    pub end_ms: u64,
    pub settings: String,
    /// Markup, lines separated by `\n`.
    pub markup: String,
}

/// Every cue of a file, or why it is not one: sections 4.1 and 4.2 of the W3C's WebVTT, without identifiers, notes, styles and regions.
pub fn parse(file: &str) -> Result<Vec<Cue>, String> {
    if file.contains(['\r', '\0', '\u{feff}']) {
        return Err("a character that does not belong".to_owned());
    }
    let body = file.strip_prefix("WEBVTT\n").ok_or("no header")?;
    let mut cues: Vec<Cue> = Vec::new();
    for block in body.split("\n\n").map(|block| block.trim_matches('\n')).filter(|block| !block.is_empty()) {
        let (times, markup) = block.split_once('\n').ok_or_else(|| format!("a cue without text: {block:?}"))?;
        let (start, rest) = times.split_once(" --> ").ok_or_else(|| format!("no times: {times:?}"))?;
        let (end, settings) = rest.split_once(' ').unwrap_or((rest, ""));
        let cue = Cue { start_ms: time(start)?, end_ms: time(end)?, settings: settings.to_owned(), markup: markup.to_owned() };
        check_settings(settings)?;
        check_markup(markup)?;
        if cue.start_ms >= cue.end_ms || cues.last().is_some_and(|last| last.start_ms > cue.start_ms) {
            return Err(format!("times that run backwards: {times:?}"));
        }
        cues.push(cue);
    }
    Ok(cues)
}

fn time(text: &str) -> Result<u64, String> {
    let bad = || format!("no time: {text:?}");
    let bytes = text.as_bytes();
    let shape: Vec<bool> = bytes.iter().map(u8::is_ascii_digit).collect();
    let digits = [true, true, false, true, true, false, true, true, false, true, true, true];
    if shape != digits || (bytes[2], bytes[5], bytes[8]) != (b':', b':', b'.') {
        return Err(bad());
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u64>().map_err(|_| bad());
    let (hours, minutes, seconds, ms) = (number(0..2)?, number(3..5)?, number(6..8)?, number(9..12)?);
    if minutes > 59 || seconds > 59 { Err(bad()) } else { Ok(((hours * 60 + minutes) * 60 + seconds) * 1_000 + ms) }
}

fn check_settings(settings: &str) -> Result<(), String> {
    for setting in settings.split(' ').filter(|setting| !setting.is_empty()) {
        let is_good = match setting.split_once(':') {
            Some(("line" | "position", value)) => {
                value.strip_suffix('%').and_then(|number| number.parse::<u8>().ok()).is_some_and(|number| number <= 100)
            }
            Some(("align", value)) => ["start", "center", "end"].contains(&value),
            _ => false,
        };
        if !is_good {
            return Err(format!("a setting that is none: {setting:?}"));
        }
    }
    Ok(())
}

/// Only `b`, `i`, `u`, balanced; only the three references that are needed; nothing that could be taken for the next cue.
fn check_markup(markup: &str) -> Result<(), String> {
    if markup.contains("-->") || markup.lines().any(|line| line.trim().is_empty()) {
        return Err(format!("text that ends a cue: {markup:?}"));
    }
    if markup.chars().any(|c| c.is_control() && c != '\n') {
        return Err("a control character".to_owned());
    }
    let mut open: Vec<&str> = Vec::new();
    let mut rest = markup;
    while let Some(at) = rest.find(['<', '>', '&']) {
        rest = &rest[at..];
        let taken = if let Some(reference) = ["&amp;", "&lt;", "&gt;"].iter().find(|name| rest.starts_with(**name)) {
            reference.len()
        } else if let Some(tag) = ["<b>", "<i>", "<u>"].iter().find(|tag| rest.starts_with(**tag)) {
            open.push(&tag[1..2]);
            tag.len()
        } else if let Some(tag) = ["</b>", "</i>", "</u>"].iter().find(|tag| rest.starts_with(**tag)) {
            if open.pop() != Some(&tag[2..3]) {
                return Err(format!("tags that are not balanced: {markup:?}"));
            }
            tag.len()
        } else {
            return Err(format!("a character that is not escaped: {rest:?}"));
        };
        rest = &rest[taken..];
    }
    if open.is_empty() { Ok(()) } else { Err(format!("a tag that is not closed: {markup:?}")) }
}
