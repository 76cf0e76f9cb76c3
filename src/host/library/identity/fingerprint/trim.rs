//! Tags at either end of a file, whatever it is: ID3v2 (2.2 to 2.4), APE (1 and 2), Lyrics3 (1 and 2), ID3v1 and its enlarged kind.

use super::source::{Parsed, Source, Span, some};

/// Tags one after another; more are taken for content.
const TAGS_MAX: usize = 16;
/// The longest Lyrics3 of version 1, which does not say its length.
const LYRICS_BYTES_MAX: u64 = 5_100 + 11 + 9;

/// What is left of a file without them.
pub(super) fn content(source: &dyn Source) -> Parsed<Span> {
    let mut span = Span { start: 0, end: source.len() };
    for _ in 0..TAGS_MAX {
        match before(source, span)? {
            Some(length) => span.start += length,
            None => break,
        }
    }
    for _ in 0..TAGS_MAX {
        match behind(source, span)? {
            Some(length) => span.end -= length,
            None => break,
        }
    }
    Ok(span)
}

/// How long a tag at the beginning is; `None`: there is none, or it says more than there is.
fn before(source: &dyn Source, span: Span) -> Parsed<Option<u64>> {
    let head = some(source, span.start, 32.min(span.len()))?;
    let length = match head.as_slice() {
        [b'I', b'D', b'3', major, minor, flags, size @ ..] if *major < 0xff && *minor < 0xff => {
            syncsafe(size).map(|size| 10 + size + if flags & 0x10 == 0 { 0 } else { 10 })
        }
        _ => ape(&head).map(|(size, _)| size + 32),
    };
    Ok(length.filter(|length| *length <= span.len()))
}

/// How long a tag at the end is.
fn behind(source: &dyn Source, span: Span) -> Parsed<Option<u64>> {
    let tail = some(source, span.end - span.len().min(355), span.len().min(355))?;
    let from_end = |back: usize| tail.len().checked_sub(back).map(|at| &tail[at..]).unwrap_or_default();
    let length = if from_end(128).starts_with(b"TAG") {
        Some(if from_end(355).starts_with(b"TAG+") { 355 } else { 128 })
    } else if let Some((size, has_header)) = ape(from_end(32)) {
        Some(size + if has_header { 32 } else { 0 })
    } else if from_end(9) == b"LYRICS200" {
        decimal(&from_end(15)[..from_end(15).len().min(6)]).map(|size| size + 15)
    } else if from_end(9) == b"LYRICSEND" {
        lyrics(source, span)?
    } else if let [b'3', b'D', b'I', _, _, _, size @ ..] = from_end(10) {
        syncsafe(size).map(|size| size + 20)
    } else {
        None
    };
    Ok(length.filter(|length| *length <= span.len()))
}

/// Four bytes of seven bits (ID3v2.4, section 6.2).
fn syncsafe(bytes: &[u8]) -> Option<u64> {
    let bytes = bytes.get(..4)?;
    bytes.iter().all(|byte| byte & 0x80 == 0).then(|| bytes.iter().fold(0, |sum, byte| sum << 7 | u64::from(*byte)))
}

/// The size that an APE header or footer says, itself as a footer counted in, and whether the tag has a header.
fn ape(bytes: &[u8]) -> Option<(u64, bool)> {
    let rest = bytes.strip_prefix(b"APETAGEX")?;
    let number = |at: usize| rest.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let (size, flags) = (number(4)?, number(12)?);
    (size >= 32).then_some((u64::from(size), flags & 0x8000_0000 != 0))
}

fn decimal(digits: &[u8]) -> Option<u64> {
    (digits.len() == 6 && digits.iter().all(u8::is_ascii_digit))
        .then(|| digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
}

fn lyrics(source: &dyn Source, span: Span) -> Parsed<Option<u64>> {
    let length = span.len().min(LYRICS_BYTES_MAX);
    let bytes = some(source, span.end - length, length)?;
    let begin = bytes.windows(11).rposition(|window| window == b"LYRICSBEGIN");
    Ok(begin.map(|at| (bytes.len() - at) as u64))
}
