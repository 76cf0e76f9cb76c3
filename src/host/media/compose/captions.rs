//! Subtitles of the video, in SubRip files beside it: each second names its colour and its tone.

use std::fs;
use std::path::Path;

use super::error::ComposeError;
use super::video::SECONDS;

/// A language's code, and what second `n` is called in it, `n % 8`.
const LANGUAGES: [(&str, [&str; 8]); 2] = [
    ("en", ["Red: C", "Green: D", "Blue: E", "Yellow: G", "Purple: A", "Turquoise: high C", "Orange: A", "Grey: G"]),
    ("de", ["Rot: C", "Grün: D", "Blau: E", "Gelb: G", "Lila: A", "Türkis: hohes C", "Orange: A", "Grau: G"]),
];

/// Writes `NAME.en.srt` and `NAME.de.srt` beside `NAME.mp4`.
pub fn write_beside(video: &Path) -> Result<(), ComposeError> {
    for (language, lines) in LANGUAGES {
        let path = video.with_extension(format!("{language}.srt"));
        fs::write(&path, subrip(&lines)).map_err(ComposeError::io(&path))?;
    }
    Ok(())
}

fn subrip(lines: &[&str; 8]) -> String {
    let cue = |second: u16| {
        let line = lines[usize::from(second) % lines.len()];
        format!("{}\n00:00:{second:02},000 --> 00:00:{:02},000\n{line}\n\n", second + 1, second + 1)
    };
    (0..SECONDS).map(cue).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_second_has_its_line() {
        let text = subrip(&LANGUAGES[0].1);
        assert!(text.starts_with("1\n00:00:00,000 --> 00:00:01,000\nRed: C\n\n2\n"));
        assert_eq!(text.matches("-->").count(), usize::from(SECONDS));
        assert!(text.ends_with("24\n00:00:23,000 --> 00:00:24,000\nGrey: G\n\n"));
    }
}
