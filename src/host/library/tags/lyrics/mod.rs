//! Lyrics of a song: those in the file, and those in a file beside it. Read when somebody asks, never kept.

mod lrc;

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

pub use lrc::{Lrc, parse as parse_lrc};

use super::encoding;
use super::fields::{self, Fields, LYRICS_BYTES_MAX, Words, cut};
use super::key::Key;
use super::song;
use crate::protocol::Lyrics;
use crate::types::showable;

/// Lines that are sent.
const LINES_MAX: usize = 10_000;
/// Bytes of text that are sent: more than any song has, and little enough for one answer.
const TEXT_BYTES_MAX: usize = 256 * 1024;
/// Endings of files with lyrics, best first.
const BESIDE: [&str; 4] = ["lrc", "LRC", "txt", "TXT"];

/// The lyrics of the song at `path`. `may_read` says of a file beside it whether it may be looked into.
///
/// Times from a file beside it come first, who put it there wanted it; then those of the tags. Plain words likewise.
pub fn lyrics(path: &Path, may_read: impl Fn(&Path) -> bool) -> Option<Lyrics> {
    let mut found = Lyrics::default();
    for beside in beside(path).filter(|beside| may_read(beside)) {
        if let Some(text) = read(&beside) {
            take(&mut found, fields::Lyrics { words: Words::Text(encoding::file(&text)), language: None });
        }
    }
    // A parser that panics over a hostile file costs that file's lyrics only.
    let in_file = catch_unwind(AssertUnwindSafe(|| in_file(path))).unwrap_or_default();
    in_file.into_iter().for_each(|lyrics| take(&mut found, lyrics));
    (found != Lyrics::default()).then_some(found)
}

/// Whether a file beside a song holds lyrics with times: one look.
pub(in super::super) fn has_beside(path: &Path) -> bool {
    std::fs::symlink_metadata(path.with_extension(BESIDE[0])).is_ok_and(|metadata| metadata.is_file())
}

fn beside(path: &Path) -> impl Iterator<Item = PathBuf> {
    BESIDE.iter().map(|ending| path.with_extension(ending))
}

fn in_file(path: &Path) -> Vec<fields::Lyrics> {
    let Some(file) = open(path) else { return Vec::new() };
    let mut fields = Fields::with_lyrics();
    song::tags_of(path, &file, &mut fields);
    let language = fields.text(Key::Language);
    let mut lyrics = fields.take_lyrics();
    for lyrics in &mut lyrics {
        lyrics.language = lyrics.language.take().or(language.clone());
    }
    lyrics
}

/// The beginning of a plain file.
fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(LYRICS_BYTES_MAX as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Without waiting for anybody.
fn open(path: &Path) -> Option<File> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW).open(path).ok()?;
    file.metadata().ok()?.is_file().then_some(file)
}

/// Fills in what is not known yet.
fn take(found: &mut Lyrics, lyrics: fields::Lyrics) {
    let fields::Lyrics { words, language } = lyrics;
    let (timed, plain, named) = match words {
        Words::Timed(lines) => (Some(lines), None, None),
        Words::Text(text) => match parse_lrc(&text) {
            Some(Lrc { lines, language }) => (Some(lines), None, language),
            None => (None, Some(text), None),
        },
    };
    let before = found.synced.is_some() || found.plain.is_some();
    if found.synced.is_none() {
        found.synced = timed.map(shown).filter(|lines| lines.iter().any(|(_, line)| !line.is_empty()));
    }
    if found.plain.is_none() {
        found.plain = plain.as_deref().and_then(verses);
    }
    if !before && (found.synced.is_some() || found.plain.is_some()) {
        found.language = named.or(language).as_deref().and_then(showable::line);
    }
}

fn shown(lines: Vec<(u64, String)>) -> Vec<(u64, String)> {
    let mut bytes = 0;
    let lines = lines.into_iter().map(|(at, line)| (at, showable::line(&line).unwrap_or_default()));
    let mut lines: Vec<_> = lines
        .take(LINES_MAX)
        .take_while(|(_, line)| {
            bytes += line.len();
            bytes <= TEXT_BYTES_MAX
        })
        .collect();
    lines.sort_by_key(|(at, _)| *at);
    lines
}

/// Lines that can be shown, with an empty one between verses.
fn verses(text: &str) -> Option<String> {
    let text = cut(text, TEXT_BYTES_MAX).replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}'], "\n");
    let lines: Vec<String> = text.split('\n').take(LINES_MAX).map(|line| showable::line(line).unwrap_or_default()).collect();
    let text = lines.join("\n").trim_matches('\n').to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beside_comes_first_and_links_are_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let song = folder.path().join("song.mp3");
        let tag = b"ID3\x03\0\0\0\0\0\x21USLT\0\0\0\x17\0\0\0eng\0In the file\r\n\x1b\r\nB\0".to_vec();
        std::fs::write(&song, tag).expect("written");
        let plain = Lyrics { plain: Some("In the file\n\nB".to_owned()), synced: None, language: Some("eng".to_owned()) };
        assert_eq!(lyrics(&song, |_| true), Some(plain.clone()));
        std::fs::write(folder.path().join("song.lrc"), "[00:01]Beside\u{202e}").expect("written");
        assert!(has_beside(&song));
        let both = Lyrics { synced: Some(vec![(1_000, "Beside".to_owned())]), language: None, ..plain.clone() };
        assert_eq!(lyrics(&song, |_| true), Some(both));
        assert_eq!(lyrics(&song, |_| false), Some(plain.clone()));
        std::fs::rename(folder.path().join("song.lrc"), folder.path().join("other")).expect("moved");
        std::os::unix::fs::symlink(folder.path().join("other"), folder.path().join("song.lrc")).expect("linked");
        assert_eq!(lyrics(&song, |_| true), Some(plain));
        assert_eq!(lyrics(&folder.path().join("none.mp3"), |_| true), None);
    }

    #[test]
    fn endless_words_are_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("song.txt"), "la\n".repeat(1_000_000)).expect("written");
        let found = lyrics(&folder.path().join("song.mp3"), |_| true).and_then(|lyrics| lyrics.plain).expect("words");
        assert!(found.len() <= TEXT_BYTES_MAX && found.lines().count() <= LINES_MAX);
    }
}
