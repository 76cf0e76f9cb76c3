//! APEv2 tags (and APEv1) at a file's end: APE, WavPack, Musepack, and MP3 files of the same days.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::fields::Fields;
use super::id3::V1_BYTES;
use super::key::Key;

const MARK: &[u8; 8] = b"APETAGEX";
const FOOTER_BYTES: u64 = 32;
/// A longer tag is not read.
const TAG_BYTES_MAX: u64 = 32 * 1024 * 1024;
const ITEMS_MAX: u32 = 10_000;
/// A Lyrics3 tag between this and version 1 of ID3 ends so.
const LYRICS3: &[u8] = b"LYRICS200";
/// Items of text, of the bits that say what kind an item is.
const KIND: u32 = 0b110;
const TEXT: u32 = 0;
const BINARY: u32 = 0b010;

/// The tag at the end of a file of `length` bytes; `has_v1`: ID3's version 1 comes after it.
pub(super) fn read(file: &File, length: u64, has_v1: bool, fields: &mut Fields) {
    let end = if has_v1 { length.saturating_sub(V1_BYTES) } else { length };
    let end = end.saturating_sub(lyrics3(file, end).unwrap_or(0));
    let _ = tag(file, end, fields);
}

fn tag(file: &File, end: u64, fields: &mut Fields) -> Option<()> {
    let mut footer = [0u8; FOOTER_BYTES as usize];
    file.read_exact_at(&mut footer, end.checked_sub(FOOTER_BYTES)?).ok()?;
    if !footer.starts_with(MARK) {
        return None;
    }
    let number = |at: usize| u32::from_le_bytes([footer[at], footer[at + 1], footer[at + 2], footer[at + 3]]);
    let (version, size, count) = (number(8), u64::from(number(12)), number(16));
    let size = Some(size).filter(|size| (FOOTER_BYTES..=TAG_BYTES_MAX).contains(size) && *size <= end)?;
    let mut items = vec![0; usize::try_from(size - FOOTER_BYTES).ok()?];
    file.read_exact_at(&mut items, end - size).ok()?;
    let mut rest = items.as_slice();
    for _ in 0..count.min(ITEMS_MAX) {
        rest = item(rest, version, fields)?;
    }
    Some(())
}

/// Reads one item and returns what follows it.
fn item<'a>(bytes: &'a [u8], version: u32, fields: &mut Fields) -> Option<&'a [u8]> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let [a, b, c, d, flags @ ..] = *head;
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
    let name_length = rest.iter().take(256).position(|byte| *byte == 0)?;
    let name = std::str::from_utf8(&rest[..name_length]).ok()?;
    let value = rest.get(name_length + 1..)?.get(..length)?;
    let kind = if version < 2_000 { TEXT } else { u32::from_le_bytes(flags) & KIND };
    match kind {
        TEXT => push(name, value, version, fields),
        BINARY if name.to_ascii_lowercase().starts_with("cover art") => {
            // A file's name comes first.
            if let Some(end) = value.iter().position(|byte| *byte == 0) {
                fields.push_picture(name.eq_ignore_ascii_case("cover art (front)"), || value[end + 1..].to_vec());
            }
        }
        _ => {}
    }
    Some(&rest[name_length + 1 + length..])
}

fn push(name: &str, value: &[u8], version: u32, fields: &mut Fields) {
    let Some(key) = Key::named(name) else { return };
    match std::str::from_utf8(value) {
        Ok(text) => fields.push(key, text),
        // Before version 2 no encoding was said.
        Err(_) if version < 2_000 => fields.push_raw(key, &crate::host::media::id3::text(0, value)),
        Err(_) => fields.push(key, &String::from_utf8_lossy(value)),
    }
}

/// How long a Lyrics3 v2.00 tag is that ends at byte `end`.
fn lyrics3(file: &File, end: u64) -> Option<u64> {
    let mut tail = [0u8; 15];
    file.read_exact_at(&mut tail, end.checked_sub(15)?).ok()?;
    let digits = tail.strip_suffix(LYRICS3)?;
    let size: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    size.checked_add(15).filter(|size| *size <= end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn of(bytes: &[u8], has_v1: bool) -> Fields {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        let mut fields = Fields::default();
        read(&file, bytes.len() as u64, has_v1, &mut fields);
        fields
    }

    fn tag(items: &[u8], count: u32) -> Vec<u8> {
        let size = u32::try_from(items.len() + 32).expect("short");
        let footer = [MARK.as_slice(), &2_000u32.to_le_bytes(), &size.to_le_bytes(), &count.to_le_bytes(), &[0; 12]].concat();
        [items, &footer].concat()
    }

    fn entry(name: &str, value: &[u8], flags: u32) -> Vec<u8> {
        let length = u32::try_from(value.len()).expect("short");
        [&length.to_le_bytes(), flags.to_le_bytes().as_slice(), name.as_bytes(), &[0], value].concat()
    }

    #[test]
    fn items_are_read_with_their_values_and_covers() {
        let items = [entry("Artist", b"Ada\0Bob", 0), entry("Cover Art (Front)", b"a.jpg\0JPEG", 2), entry("Year", b"1999", 0)].concat();
        let mut fields = of(&[b"sound".as_slice(), &tag(&items, 3), &[0; 128]].concat(), true);
        assert_eq!(fields.texts(Key::Artist), ["Ada", "Bob"]);
        assert_eq!(fields.text(Key::Date).as_deref(), Some("1999"));
        assert_eq!(fields.take_picture(), Some(b"JPEG".to_vec()));
    }

    #[test]
    fn lies_about_lengths_and_counts_cost_the_tag_only() {
        let mut lying = entry("Title", b"Blue", 0);
        lying[0] = 0xff;
        assert!(!of(&tag(&lying, u32::MAX), false).has(Key::Title));
        assert!(of(&tag(&entry("Title", b"Blue", 0), u32::MAX), false).has(Key::Title));
        let mut long = tag(&entry("Title", b"Blue", 0), 1);
        let at = long.len() - 20;
        long[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(!of(&long, false).has(Key::Title));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_tag_or_none(items in prop::collection::vec(any::<u8>(), 0..200), count: u32) {
            let _ = of(&tag(&items, count), false);
        }
    }
}
