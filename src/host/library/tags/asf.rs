//! The tags of WMA and WMV (Advanced Systems Format 1.20: objects 3.10, 3.11, 4.8).

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::fields::Fields;
use super::key::Key;

type Guid = [u8; 16];

const HEADER: Guid = *b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c";
const CONTENT: Guid = *b"\x33\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c";
const EXTENDED: Guid = *b"\x40\xa4\xd0\xd2\x07\xe3\xd2\x11\x97\xf0\x00\xa0\xc9\x5e\xa8\x50";
const EXTENSION: Guid = *b"\xb5\x03\xbf\x5f\x2e\xa9\xcf\x11\x8e\xe3\x00\xc0\x0c\x20\x53\x65";
const LIBRARY: Guid = *b"\x94\x1c\x23\x44\x98\x94\xd1\x49\xa1\x41\x1d\x13\x4e\x45\x70\x54";
const HEADER_BYTES_MAX: u64 = 32 * 1024 * 1024;
const OBJECTS_MAX: usize = 1_000;
/// Guid and size.
const OBJECT_HEAD: usize = 24;
const CONTENT_KEYS: [Option<Key>; 5] = [Some(Key::Title), Some(Key::Artist), Some(Key::Copyright), Some(Key::Comment), None];

/// Types of values.
const TEXT: u16 = 0;
const BYTES: u16 = 1;

/// Whether the file is of this format; its tags, as far as they can be read.
pub(super) fn read(file: &File, fields: &mut Fields) -> bool {
    let mut head = [0u8; 30];
    if file.read_exact_at(&mut head, 0).is_err() || !head.starts_with(&HEADER) {
        return false;
    }
    let size = u64::from_le_bytes([head[16], head[17], head[18], head[19], head[20], head[21], head[22], head[23]]);
    let there = file.metadata().map_or(0, |metadata| metadata.len());
    let size = size.min(there).min(HEADER_BYTES_MAX).saturating_sub(30);
    let mut body = vec![0; usize::try_from(size).unwrap_or(0)];
    if file.read_exact_at(&mut body, 30).is_ok() {
        for found in objects(&body, fields) {
            fields.append(found);
        }
    }
    true
}

/// What the three places say, in the order of a field's values: the first is in one of the first two, all others are in the last.
fn objects(bytes: &[u8], like: &Fields) -> [Fields; 3] {
    let mut found = [like.beside(), like.beside(), like.beside()];
    let [first, extended, last] = &mut found;
    for (guid, body) in each(bytes) {
        match guid {
            CONTENT => _ = content(body, first),
            EXTENDED => _ = attributes(body, extended),
            EXTENSION => {
                let inner = each(body.get(22..).unwrap_or_default()).filter(|(guid, _)| *guid == LIBRARY);
                inner.for_each(|(_, body)| _ = library(body, last));
            }
            _ => {}
        }
    }
    found
}

fn each(bytes: &[u8]) -> impl Iterator<Item = (Guid, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let guid = *rest.first_chunk::<16>()?;
        let size = usize::try_from(u64::from_le_bytes(*rest.get(16..)?.first_chunk()?)).ok()?;
        let body = rest.get(OBJECT_HEAD..size)?;
        rest = &rest[size..];
        Some((guid, body))
    })
    .take(OBJECTS_MAX)
}

/// Five lengths, five texts.
fn content(body: &[u8], fields: &mut Fields) -> Option<()> {
    let mut rest = body.get(10..)?;
    for (at, key) in CONTENT_KEYS.iter().enumerate() {
        let length = usize::from(short(body, at * 2)?);
        let value = rest.get(..length)?;
        rest = &rest[length..];
        if let Some(key) = key {
            fields.push(*key, &utf_16(value));
        }
    }
    Some(())
}

/// How many; of each the name's length, the name, the value's type, its length, the value.
fn attributes(body: &[u8], fields: &mut Fields) -> Option<()> {
    let count = short(body, 0)?;
    let mut rest = body.get(2..)?;
    for _ in 0..count {
        let length = usize::from(short(rest, 0)?);
        let name = rest.get(2..2 + length)?;
        let after = rest.get(2 + length..)?;
        let (kind, size) = (short(after, 0)?, usize::from(short(after, 2)?));
        attribute(name, kind, after.get(4..4 + size)?, fields);
        rest = &after[4 + size..];
    }
    Some(())
}

/// The same with values of any length, and a language and stream of each first.
fn library(body: &[u8], fields: &mut Fields) -> Option<()> {
    let count = short(body, 0)?;
    let mut rest = body.get(2..)?;
    for _ in 0..count {
        let (length, kind) = (usize::from(short(rest, 4)?), short(rest, 6)?);
        let size = usize::try_from(u32::from_le_bytes(*rest.get(8..)?.first_chunk()?)).ok()?;
        let name = rest.get(12..12 + length)?;
        let value = rest.get(12 + length..)?.get(..size)?;
        attribute(name, kind, value, fields);
        rest = &rest[12 + length + size..];
    }
    Some(())
}

fn attribute(name: &[u8], kind: u16, value: &[u8], fields: &mut Fields) {
    let name = utf_16(name);
    if name == "WM/Picture" && kind == BYTES {
        let _ = picture(value, fields);
        return;
    }
    let key = match name.as_str() {
        // Counted from 0; `WM/TrackNumber` is there too.
        "WM/Track" => None,
        "WM/SharedUserRating" => Some(Key::Rating),
        _ => Key::named(&name),
    };
    let Some(key) = key else { return };
    let number = value.iter().take(8).rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    match (kind, key) {
        (TEXT, _) => fields.push(key, &utf_16(value)),
        (BYTES, _) => {}
        // Windows Media Player's stars.
        (_, Key::Rating) => fields.push(Key::RatingPercent, stars(number)),
        _ => fields.push(key, &number.to_string()),
    }
}

fn stars(value: u64) -> &'static str {
    match value {
        0 => "0",
        1..=24 => "20",
        25..=49 => "40",
        50..=74 => "60",
        75..=98 => "80",
        _ => "100",
    }
}

/// Kind, length, type of image and description, the image.
fn picture(value: &[u8], fields: &mut Fields) -> Option<()> {
    let (kind, rest) = value.split_first()?;
    let rest = rest.get(4..)?;
    let (_, rest) = crate::host::media::id3::terminated(1, rest);
    let (_, image) = crate::host::media::id3::terminated(1, rest);
    if !image.is_empty() {
        fields.push_picture(*kind == 3, || image.to_vec());
    }
    Some(())
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn utf_16(bytes: &[u8]) -> String {
    let text = encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0;
    text.trim_end_matches('\0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_objects_are_read_or_left(bytes in prop::collection::vec(any::<u8>(), 0..200), which in 0usize..4) {
            let guid = [CONTENT, EXTENDED, EXTENSION, LIBRARY][which];
            let mut one = Fields::default();
            let size = (bytes.len() + OBJECT_HEAD) as u64;
            let _ = objects(&[guid.as_slice(), &size.to_le_bytes(), &bytes].concat(), &one);
            let _ = (content(&bytes, &mut one), attributes(&bytes, &mut one), library(&bytes, &mut one), picture(&bytes, &mut one));
        }
    }
}
