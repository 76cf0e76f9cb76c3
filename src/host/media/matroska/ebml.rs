//! Elements (RFC 8794): their headers in a file, and their children in memory. Nothing here calls itself, however deep a file nests.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::host::media::error::MediaError;

/// A frame's header and the next one's are rarely on the same page; more would be read in vain.
const WINDOW_BYTES: usize = 4096;
/// Id and length.
const HEADER_BYTES_MAX: usize = 12;

pub fn broken() -> MediaError {
    MediaError::unplayable("This Matroska file is damaged: its parts do not fit together.")
}

/// A file read in small pieces, wherever they are asked for.
pub struct Input {
    file: File,
    pub size: u64,
    window: Vec<u8>,
    window_at: u64,
    /// How much was read so far, bytes.
    pub bytes_read: u64,
}

/// The header of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    pub id: u32,
    /// Of its first byte, from the start of the file.
    pub at: u64,
    /// Of its content.
    pub body: u64,
    /// Of its content; `None` when the file does not say.
    pub length: Option<u64>,
}

impl Element {
    /// Where its content ends, at `limit` at the latest.
    pub fn end(&self, limit: u64) -> u64 {
        self.length.map_or(limit, |length| self.body.saturating_add(length).min(limit))
    }
}

impl Input {
    /// # Errors
    /// `Gone` when there is no such file, `Unplayable` when it is no regular one.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let metadata = std::fs::metadata(path).map_err(|_| MediaError::Gone)?;
        if !metadata.is_file() {
            return Err(MediaError::unplayable("This is not a regular file."));
        }
        let file = File::open(path).map_err(|_| MediaError::Gone)?;
        Ok(Self { file, size: metadata.len(), window: Vec::new(), window_at: 0, bytes_read: 0 })
    }

    /// Up to `want` (at most 4096) bytes at a place: fewer at the end of the file.
    pub fn peek(&mut self, at: u64, want: usize) -> Result<&[u8], MediaError> {
        let room = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX);
        let want = want.min(room);
        let held = at.checked_sub(self.window_at).and_then(|skip| usize::try_from(skip).ok());
        let held = held.filter(|skip| skip.checked_add(want).is_some_and(|end| end <= self.window.len()));
        let skip = match held {
            Some(skip) => skip,
            None => {
                self.window.resize(WINDOW_BYTES.min(room), 0);
                self.window_at = at;
                self.bytes_read += self.window.len() as u64;
                self.file.read_exact_at(&mut self.window, at).map_err(|error| MediaError::read(&error))?;
                0
            }
        };
        self.window.get(skip..skip + want.min(WINDOW_BYTES)).ok_or_else(broken)
    }

    /// Appends a range of the file, which must lie in it.
    pub fn read(&mut self, at: u64, length: u64, into: &mut Vec<u8>) -> Result<(), MediaError> {
        if at.checked_add(length).is_none_or(|end| end > self.size) {
            return Err(MediaError::unplayable("This Matroska file is cut short."));
        }
        let from = into.len();
        into.resize(from + usize::try_from(length).map_err(|_| broken())?, 0);
        self.bytes_read += length;
        self.file.read_exact_at(into.get_mut(from..).unwrap_or_default(), at).map_err(|error| MediaError::read(&error))
    }

    /// The content of an element, when it is whole and no longer than `most`.
    pub fn body(&mut self, element: &Element, most: u64) -> Result<Vec<u8>, MediaError> {
        let length = element.length.filter(|length| *length <= most).ok_or_else(broken)?;
        let mut bytes = Vec::new();
        self.read(element.body, length, &mut bytes)?;
        Ok(bytes)
    }

    /// The element at a place; `None` at `end`, and where a cut file ends in the midst of a header.
    pub fn element(&mut self, at: u64, end: u64) -> Result<Option<Element>, MediaError> {
        let room = usize::try_from(end.min(self.size).saturating_sub(at)).unwrap_or(usize::MAX);
        let head = self.peek(at, HEADER_BYTES_MAX.min(room))?;
        if head.len() < 2 {
            return Ok(None);
        }
        let is_last = head.len() < HEADER_BYTES_MAX;
        match parse_header(head) {
            Some((id, header, length)) => Ok(Some(Element { id, at, body: at + header as u64, length })),
            None if is_last => Ok(None),
            None => Err(broken()),
        }
    }
}

/// Id, bytes of the header, and length of the content (`None` when unknown).
fn parse_header(bytes: &[u8]) -> Option<(u32, usize, Option<u64>)> {
    let id_bytes = bytes.first()?.leading_zeros() as usize + 1;
    if id_bytes > 4 {
        return None;
    }
    let id = bytes.get(..id_bytes)?.iter().fold(0u32, |id, byte| id << 8 | u32::from(*byte));
    let (length, length_bytes) = number(bytes.get(id_bytes..)?)?;
    let unknown = length == (1u64 << (7 * length_bytes)) - 1;
    Some((id, id_bytes + length_bytes, (!unknown).then_some(length)))
}

/// A variable-size number and how many bytes it takes (RFC 8794, section 4).
pub fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let count = first.leading_zeros() as usize + 1;
    if count > 8 {
        return None;
    }
    let start = u64::from(first) & ((1u64 << (8 - count)) - 1);
    let value = bytes.get(1..count)?.iter().fold(start, |value, byte| value << 8 | u64::from(*byte));
    Some((value, count))
}

/// The elements in a body. Ends at the first that is malformed: what follows it cannot be found.
pub fn children(body: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let (id, header, length) = parse_header(rest)?;
        let length = usize::try_from(length?).ok()?;
        let (content, after) = rest.get(header..)?.split_at_checked(length)?;
        rest = after;
        Some((id, content))
    })
}

/// The content of the first child with that id.
pub fn child(body: &[u8], id: u32) -> Option<&[u8]> {
    children(body).find(|(found, _)| *found == id).map(|(_, content)| content)
}

/// An unsigned number of up to eight bytes.
pub fn unsigned(content: &[u8]) -> Option<u64> {
    (content.len() <= 8).then(|| content.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte)))
}

pub fn signed(content: &[u8]) -> Option<i64> {
    let value = unsigned(content)? as i64;
    let spare = 64 - 8 * u32::try_from(content.len()).ok()?;
    Some(if spare == 64 { 0 } else { value << spare >> spare })
}

pub fn float(content: &[u8]) -> Option<f64> {
    match *content {
        [a, b, c, d] => Some(f32::from_be_bytes([a, b, c, d]).into()),
        [a, b, c, d, e, f, g, h] => Some(f64::from_be_bytes([a, b, c, d, e, f, g, h])),
        _ => None,
    }
}

pub fn text(content: &[u8]) -> String {
    const BYTES_MAX: usize = 1_000;
    let content = content.get(..BYTES_MAX).unwrap_or(content);
    String::from_utf8_lossy(content).trim_end_matches('\0').to_owned()
}

/// The unsigned number in a child.
pub fn number_in(body: &[u8], id: u32) -> Option<u64> {
    child(body, id).and_then(unsigned)
}

/// The text in a child; `None` when it is empty.
pub fn text_in(body: &[u8], id: u32) -> Option<String> {
    child(body, id).map(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_numbers_of_every_length() {
        assert_eq!(number(&[0x81]), Some((1, 1)));
        assert_eq!(number(&[0x40, 0x02]), Some((2, 2)));
        assert_eq!(number(&[0x01, 0, 0, 0, 0, 0, 0, 7]), Some((7, 8)));
        assert_eq!((number(&[0]), number(&[0x40])), (None, None));
        assert_eq!((signed(&[0xff]), signed(&[0x7f]), signed(&[]), unsigned(&[1; 9])), (Some(-1), Some(127), Some(0), None));
        assert_eq!(parse_header(&[0xA3, 0xff]), Some((0xA3, 2, None)));
    }

    proptest! {
        #[test]
        fn any_bytes_have_children_or_none(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let total: usize = children(&bytes).map(|(_, content)| content.len()).sum();
            prop_assert!(total <= bytes.len());
        }
    }
}
