//! What a file is, by its first bytes.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::frames::Head;
use super::{adts, mp3};

/// Tags before the sound: some programs put one ID3 tag after another.
const TAGS_MAX: usize = 4;
/// Bytes looked through for a first frame that does not follow the tags at once.
const SEARCH_BYTES: usize = 64 * 1024;
/// In which two frames are that do.
const FIRST_BYTES: usize = 8 * 1024;
const MAGIC_BYTES: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Mp3,
    Adts,
    Ogg,
    Mp4,
    Flac,
}

impl Kind {
    /// `None` when it is none of these; also when it cannot be read.
    pub fn of(file: &File) -> Option<Self> {
        let at = after_id3(file);
        let mut bytes = [0; FIRST_BYTES];
        let have = read_up_to(file, at, &mut bytes)?;
        if let Some(kind) = by_magic(&bytes[..have.min(MAGIC_BYTES)]) {
            return kind;
        }
        if let Some(kind) = by_sync(&bytes[..have]) {
            return Some(kind);
        }
        let mut bytes = vec![0; SEARCH_BYTES];
        let have = read_up_to(file, at, &mut bytes)?;
        let bytes = &bytes[..have];
        (0..have).filter(|at| bytes[*at] == 0xff).find_map(|at| by_sync(&bytes[at..]))
    }
}

/// `Some(None)` for a file of another kind that is surely not bare frames.
fn by_magic(bytes: &[u8]) -> Option<Option<Kind>> {
    match bytes {
        [b'O', b'g', b'g', b'S', ..] => Some(Some(Kind::Ogg)),
        [b'f', b'L', b'a', b'C', ..] => Some(Some(Kind::Flac)),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Some(Kind::Mp4)),
        // WAV and AVI, Matroska, ASF.
        [b'R', b'I', b'F', b'F', ..] | [0x1a, 0x45, 0xdf, 0xa3, ..] | [0x30, 0x26, 0xb2, 0x75, ..] => Some(None),
        _ => None,
    }
}

/// Two headers in a row.
fn by_sync(bytes: &[u8]) -> Option<Kind> {
    if is_row::<mp3::Header>(bytes) {
        return Some(Kind::Mp3);
    }
    is_row::<adts::Header>(bytes).then_some(Kind::Adts)
}

fn is_row<H: Head>(bytes: &[u8]) -> bool {
    let Some(head) = H::parse(bytes) else { return false };
    match bytes.get(head.length()..) {
        Some(rest) => H::parse(rest).is_some_and(|next| next.is_like(&head)),
        None => false,
    }
}

/// Where the ID3v2 tags that a file begins with end (ID3v2.4, section 3.1).
pub fn after_id3(file: &File) -> u64 {
    let mut at = 0;
    for _ in 0..TAGS_MAX {
        let mut head = [0u8; 10];
        if file.read_exact_at(&mut head, at).is_err() || !head.starts_with(b"ID3") {
            break;
        }
        let length = head[6..].iter().fold(0u64, |length, byte| length << 7 | u64::from(byte & 0x7f));
        at += 10 + length + if head[5] & 0x10 != 0 { 10 } else { 0 };
    }
    at
}

/// Fewer bytes than asked for at the end of the file.
fn read_up_to(file: &File, at: u64, bytes: &mut [u8]) -> Option<usize> {
    let mut have = 0;
    while have < bytes.len() {
        match file.read_at(&mut bytes[have..], at + have as u64).ok()? {
            0 => break,
            more => have += more,
        }
    }
    Some(have)
}
