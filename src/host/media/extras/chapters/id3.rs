//! Chapters of an MP3: the `CHAP` frames of its ID3v2 tag (ID3v2 Chapter Frame Addendum 1.0).

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::protocol::Chapter;

/// A longer tag is not read: covers are most of it.
const TAG_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Frames that are looked at; a tag may claim millions.
const FRAMES_MAX: usize = 20_000;
const HEADER_BYTES: usize = 10;

/// `None` without a tag of version 2.3 or 2.4, or without chapters in it.
pub fn chapters(path: &Path) -> Option<Vec<Chapter>> {
    let file = File::open(path).ok()?;
    let mut header = [0u8; HEADER_BYTES];
    file.read_exact_at(&mut header, 0).ok()?;
    let (b"ID3", version @ 3..=4, flags) = (header.first_chunk::<3>()?, header[3], header[5]) else { return None };
    let length = synchsafe(&header[6..])?;
    let mut tag = vec![0; length.min(TAG_BYTES_MAX)];
    let have = file.read_at(&mut tag, HEADER_BYTES as u64).ok()?;
    tag.truncate(have);
    // In 2.3 the whole tag was made so, in 2.4 each frame says it of itself.
    let tag = if flags & 0x80 != 0 && version == 3 { resynchronised(&tag) } else { tag };
    let frames = if flags & 0x40 != 0 { tag.get(extended_header(&tag, version)?..)? } else { &tag };
    let found: Vec<Chapter> = Frames { rest: frames, version }
        .take(FRAMES_MAX)
        .filter(|(id, _)| id == b"CHAP")
        .filter_map(|(_, body)| chapter(&body, version))
        .collect();
    (!found.is_empty()).then_some(found)
}

/// An element's name, start and end in milliseconds, offsets in bytes, then frames that describe it.
fn chapter(body: &[u8], version: u8) -> Option<Chapter> {
    let name = body.iter().position(|byte| *byte == 0)?;
    let rest = body.get(name + 1..)?;
    let start_ms = u64::from(u32::from_be_bytes(*rest.first_chunk::<4>()?));
    let mut described = Frames { rest: rest.get(16..)?, version }.take(16);
    let title = described.find(|(id, _)| id == b"TIT2").map(|(_, body)| text(&body)).unwrap_or_default();
    Some(Chapter { start_ms, title })
}

/// Frames one after another, until one does not fit.
struct Frames<'a> {
    rest: &'a [u8],
    version: u8,
}

impl Frames<'_> {
    /// Whether a frame, padding or the end follows one of that length.
    fn is_frame_after(&self, length: usize) -> bool {
        let after = HEADER_BYTES.checked_add(length).and_then(|at| self.rest.get(at..));
        after.is_some_and(|rest| {
            rest.iter().take(4).all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) || rest.iter().take(4).all(|byte| *byte == 0)
        })
    }
}

impl Iterator for Frames<'_> {
    type Item = ([u8; 4], Vec<u8>);

    fn next(&mut self) -> Option<Self::Item> {
        let id = *self.rest.first_chunk::<4>()?;
        let plain = usize::try_from(u32::from_be_bytes(*self.rest.get(4..)?.first_chunk()?)).ok()?;
        let length = match synchsafe(&self.rest[4..8]).filter(|_| self.version == 4) {
            // Programs that write plain sizes into version 2.4 are many; what follows tells.
            Some(length) if self.is_frame_after(length) || !self.is_frame_after(plain) => length,
            _ => plain,
        };
        let flags = *self.rest.get(9)?;
        let body = self.rest.get(HEADER_BYTES..HEADER_BYTES.checked_add(length)?)?;
        self.rest = &self.rest[HEADER_BYTES + length..];
        let is_wanted = matches!(&id, b"CHAP" | b"TIT2");
        let (is_changed, is_counted) = (self.version == 4 && flags & 0x02 != 0, self.version == 4 && flags & 0x01 != 0);
        let body = if is_counted { body.get(4..)? } else { body };
        let body = if !is_wanted {
            Vec::new()
        } else if is_changed {
            resynchronised(body)
        } else {
            body.to_vec()
        };
        // Padding ends the tag.
        (id[0] != 0).then_some((id, body))
    }
}

fn extended_header(tag: &[u8], version: u8) -> Option<usize> {
    // In 2.3 the size leaves itself out, in 2.4 it does not.
    if version == 4 { synchsafe(tag) } else { usize::try_from(u32::from_be_bytes(*tag.first_chunk()?)).ok()?.checked_add(4) }
}

/// 28 bits in four bytes.
fn synchsafe(bytes: &[u8]) -> Option<usize> {
    let bytes = bytes.first_chunk::<4>()?;
    bytes.iter().try_fold(0usize, |sum, byte| (*byte < 0x80).then_some(sum << 7 | usize::from(*byte)))
}

/// A zero after each 0xFF was put there.
fn resynchronised(bytes: &[u8]) -> Vec<u8> {
    let mut before = 0;
    let keep = |byte: &u8| {
        let is_put = before == 0xff && *byte == 0;
        before = *byte;
        !is_put
    };
    let mut bytes = bytes.to_vec();
    bytes.retain(keep);
    bytes
}

fn text(body: &[u8]) -> String {
    let Some((encoding, bytes)) = body.split_first() else { return String::new() };
    let (text, _, _) = match encoding {
        0 => encoding_rs::WINDOWS_1252.decode(bytes),
        // With a byte order mark, which `decode` honours.
        1 => encoding_rs::UTF_16LE.decode(bytes),
        2 => encoding_rs::UTF_16BE.decode(bytes),
        _ => encoding_rs::UTF_8.decode(bytes),
    };
    text.trim_end_matches('\0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(bytes: &[u8]) -> Option<Vec<Chapter>> {
        let file = tempfile::NamedTempFile::new().expect("a temp file");
        std::fs::write(file.path(), bytes).expect("written");
        chapters(file.path())
    }

    fn tag(version: u8, flags: u8, frames: &[u8]) -> Vec<u8> {
        let length = frames.len();
        let size = [length >> 21, length >> 14, length >> 7, length].map(|part| (part & 0x7f) as u8);
        [b"ID3".as_slice(), &[version, 0, flags], &size, frames].concat()
    }

    fn frame(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).expect("short");
        [id.as_slice(), &length.to_be_bytes(), &[0, 0], body].concat()
    }

    #[test]
    fn chapters_of_both_versions_are_read() {
        let title = frame(b"TIT2", b"\x01\xff\xfeH\0i\0");
        let body = [b"ch1\0".as_slice(), &1_500u32.to_be_bytes(), &[0; 12], &title].concat();
        let frames = [frame(b"TALB", b"\0Album"), frame(b"CHAP", &body), vec![0; 20]].concat();
        let expected = vec![Chapter { start_ms: 1_500, title: "Hi".to_owned() }];
        assert_eq!(of(&tag(3, 0, &frames)), Some(expected.clone()));
        assert_eq!(of(&tag(4, 0, &frames)), Some(expected.clone()));
        // A plain size where version 2.4 wants another.
        let long = [frame(b"TXXX", &[b'a'; 300]), frames.clone()].concat();
        assert_eq!(of(&tag(4, 0, &long)), Some(expected.clone()));
        let unsynchronised = frames.iter().flat_map(|byte| if *byte == 0xff { vec![0xff, 0] } else { vec![*byte] }).collect::<Vec<_>>();
        assert_eq!(of(&tag(3, 0x80, &unsynchronised)), Some(expected));
        assert_eq!(of(&tag(3, 0, &frame(b"TALB", b"\0Album"))), None);
        assert_eq!(of(b"no tag at all"), None);
    }

    proptest! {
        #[test]
        fn any_tag_has_chapters_or_none(frames in prop::collection::vec(any::<u8>(), 0..200), version in 2u8..6, flags: u8) {
            let _ = of(&tag(version, flags, &[b"CHAP".as_slice(), &frames].concat()));
        }
    }
}
