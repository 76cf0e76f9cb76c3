//! What an MP4 or Matroska file holds, by its headers alone: streams, chapters, covers; and the packets of its subtitles.

mod language;

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::error::MediaError;
use super::{matroska, mp4};
use crate::protocol::{Chapter, SourceAudio, SourceVideo};
pub(super) use language::{language_tag, packed_language};

/// What the headers of a file tell. A stream's place in its list is its number, counted from 0, in requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// Of the longest stream.
    pub duration_ms: u64,
    pub title: Option<String>,
    /// Moving ones: a picture that is a cover is among `covers`.
    pub pictures: Vec<Stream<SourceVideo>>,
    pub sounds: Vec<Stream<SourceAudio>>,
    pub subtitles: Vec<Stream<TextCodec>>,
    /// By start.
    pub chapters: Vec<Chapter>,
    pub covers: Vec<Cover>,
}

/// One stream of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream<T> {
    /// BCP 47, e.g. `en`; `None` when the file does not say.
    pub language: Option<String>,
    pub title: Option<String>,
    pub is_default: bool,
    pub is_forced: bool,
    /// How it is coded. A `mime` is that of its copy, and there only when the copy can be made.
    pub source: T,
}

/// How a subtitle stream is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextCodec {
    /// Plain text, with the simple tags of SubRip (`S_TEXT/UTF8`).
    SubRip,
    /// One event a packet, without its times (`S_TEXT/ASS`, `S_TEXT/SSA`); `header` is the script's head with its styles.
    Ass { header: String },
    /// The text of one cue a packet: of Matroska's `S_TEXT/WEBVTT`, or of MP4's `wvtt` after its boxes were taken off.
    WebVtt,
    /// 3GPP timed text (`tx3g`, QuickTime's `text`): a sample as it is, with its length before the text and its styles after it.
    TimedText,
    /// Pictures (PGS, VobSub, DVB) or a form that is not known: cannot be shown as text. The name is for people.
    Other { name: String },
}

/// A picture that stands for the file, as it lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// e.g. `image/jpeg`.
    pub mime: String,
    /// Bytes from the start of the file.
    pub offset: u64,
    pub length: u64,
}

/// A piece of a subtitle stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPacket {
    pub start_ms: u64,
    /// `None` when the file does not say: it is shown until the next.
    pub duration_ms: Option<u64>,
    /// UTF-8 if the file is right; of timed text the sample.
    pub text: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// MP4, M4V, M4A, MOV, 3GP (ISO/IEC 14496-12, QuickTime).
    Mp4,
    /// Matroska and WebM (RFC 9559).
    Matroska,
}

impl Container {
    /// By the file's first bytes, whatever its name; `None` for any other.
    ///
    /// # Errors
    /// `Gone` when it cannot be opened, `Unplayable` when it is no regular file.
    pub fn of(path: &Path) -> Result<Option<Self>, MediaError> {
        let metadata = std::fs::metadata(path).map_err(|_| MediaError::Gone)?;
        if !metadata.is_file() {
            return Err(MediaError::unplayable("This is not a regular file."));
        }
        let mut head = [0u8; 8];
        match File::open(path).and_then(|file| file.read_exact_at(&mut head, 0)) {
            Ok(()) => Ok(Self::by_magic(head)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            Err(_) => Err(MediaError::Gone),
        }
    }

    fn by_magic(head: [u8; 8]) -> Option<Self> {
        let [a, b, c, d, kind @ ..] = head;
        match &kind {
            _ if [a, b, c, d] == [0x1a, 0x45, 0xdf, 0xa3] => Some(Self::Matroska),
            b"ftyp" | b"styp" | b"moov" | b"moof" | b"mdat" | b"free" | b"skip" | b"wide" | b"pnot" => Some(Self::Mp4),
            _ => None,
        }
    }
}

/// What the headers of an MP4 or Matroska file tell; `None` for any other file. Blocking; reads about as much as the file's index is long.
///
/// # Errors
/// `Gone` when there is no such file, `Unplayable` when it is damaged.
pub fn facts(path: &Path) -> Result<Option<FileFacts>, MediaError> {
    match Container::of(path)? {
        Some(Container::Mp4) => mp4::facts(path).map(Some),
        Some(Container::Matroska) => matroska::facts(path).map(Some),
        None => Ok(None),
    }
}

/// Hands out the packets of a subtitle stream, by its place in [`FileFacts::subtitles`], in the file's order and one at a time.
///
/// # Errors
/// `NotFound` when there is no such stream of text, `Unplayable` when the file is damaged; whatever `out` fails with, which ends it.
pub fn text_packets(path: &Path, stream: usize, out: &mut dyn FnMut(TextPacket) -> Result<(), MediaError>) -> Result<(), MediaError> {
    match Container::of(path)? {
        Some(Container::Mp4) => mp4::text_packets(path, stream, out),
        Some(Container::Matroska) => matroska::text_packets(path, stream, out),
        None => Err(MediaError::NotFound { what: "This file has no such subtitles.".to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_container_by_its_first_bytes() {
        assert_eq!(Container::by_magic(*b"\x1a\x45\xdf\xa3\x9fB\x86\x81"), Some(Container::Matroska));
        assert_eq!(Container::by_magic(*b"\0\0\0\x20ftyp"), Some(Container::Mp4));
        assert_eq!(Container::by_magic(*b"RIFF\0\0\0\0"), None);
    }

    #[test]
    fn a_file_of_no_bytes_is_no_container() {
        let file = tempfile::NamedTempFile::new().expect("a temp file");
        assert_eq!(Container::of(file.path()), Ok(None));
    }
}
