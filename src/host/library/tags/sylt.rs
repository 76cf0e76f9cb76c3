//! `SYLT`: words with their times (ID3v2.4 4.9).

use super::fields::{Fields, LYRICS_BYTES_MAX, Words};
use super::id3::language;
use crate::host::media::id3::{terminated, text};

/// Times in milliseconds, and not in frames of MPEG.
const MILLISECONDS: u8 = 2;
/// Lyrics, a transcription of them; not events or chords.
const KINDS: [u8; 3] = [0, 1, 2];
const LINES_MAX: usize = 10_000;

/// Encoding, language, unit of time, kind, a description; then texts, each with its time.
pub(super) fn push(fields: &mut Fields, body: &[u8]) -> Option<()> {
    let (encoding, unit, kind) = (*body.first()?, *body.get(4)?, *body.get(5)?);
    if unit != MILLISECONDS || !KINDS.contains(&kind) {
        return None;
    }
    let (_, words) = terminated(encoding, body.get(6..)?);
    let words = &words[..words.len().min(LYRICS_BYTES_MAX)];
    fields.push_lyrics(language(body), || Words::Timed(lines(encoding, words)), words.len() > 5);
    Some(())
}

/// Syllables follow one another; a line begins with a line break, or each is one where no break is.
fn lines(encoding: u8, mut words: &[u8]) -> Vec<(u64, String)> {
    let mut parts = Vec::new();
    while !words.is_empty() && parts.len() < LINES_MAX {
        let (part, rest) = terminated(encoding, words);
        let Some((stamp, rest)) = rest.split_first_chunk::<4>() else { break };
        parts.push((u64::from(u32::from_be_bytes(*stamp)), text(encoding, part).replace('\u{feff}', "")));
        words = rest;
    }
    if !parts.iter().any(|(_, part)| part.starts_with('\n')) {
        return parts;
    }
    let mut lines: Vec<(u64, String)> = Vec::new();
    for (at, part) in parts {
        match (part.strip_prefix('\n'), lines.last_mut()) {
            (None, Some((_, line))) => line.push_str(&part),
            (begun, _) => lines.push((at, begun.unwrap_or(&part).to_owned())),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_make_lines() {
        let words = b"\nBlue \0\0\0\0\x0ain \0\0\0\0\x14Green\0\0\0\0\x1e\nagain\0\0\0\0\x28";
        assert_eq!(lines(0, words), [(10, "Blue in Green".to_owned()), (40, "again".to_owned())]);
        let words = b"Blue\0\0\0\0\x0aGreen\0\0\0\0\x14cut\0\0";
        assert_eq!(lines(3, words), [(10, "Blue".to_owned()), (20, "Green".to_owned())]);
    }
}
