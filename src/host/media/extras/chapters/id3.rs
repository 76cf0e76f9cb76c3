//! Chapters of an MP3: the `CHAP` frames of its ID3v2 tag (ID3v2 Chapter Frame Addendum 1.0).

use std::fs::File;
use std::path::Path;

use crate::host::media::id3::{Frames, Id3, text};
use crate::protocol::Chapter;

/// Frames that are looked at; a tag may claim millions.
const FRAMES_MAX: usize = 20_000;

/// `None` without a tag of version 2.3 or 2.4, or without chapters in it.
pub fn chapters(path: &Path) -> Option<Vec<Chapter>> {
    let tag = Id3::read(&File::open(path).ok()?, 0).filter(|tag| tag.version() > 2)?;
    let chapters = tag.frames().take(FRAMES_MAX).filter(|frame| &frame.id == b"CHAP");
    let found: Vec<Chapter> = chapters.filter_map(|frame| chapter(&frame.body, tag.version())).collect();
    (!found.is_empty()).then_some(found)
}

/// An element's name, start and end in milliseconds, offsets in bytes, then frames that describe it.
fn chapter(body: &[u8], version: u8) -> Option<Chapter> {
    let name = body.iter().position(|byte| *byte == 0)?;
    let rest = body.get(name + 1..)?;
    let start_ms = u64::from(u32::from_be_bytes(*rest.first_chunk::<4>()?));
    let mut described = Frames::new(rest.get(16..)?, version).take(16);
    let title = described.find(|frame| &frame.id == b"TIT2").map(|frame| title(&frame.body)).unwrap_or_default();
    Some(Chapter { start_ms, title })
}

fn title(body: &[u8]) -> String {
    let Some((encoding, bytes)) = body.split_first() else { return String::new() };
    // What calls itself ISO 8859-1 is Windows' extension of it.
    let text = if *encoding == 0 { encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned() } else { text(*encoding, bytes) };
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
