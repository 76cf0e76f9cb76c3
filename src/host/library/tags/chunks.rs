//! WAV and AIFF: chunks of texts, and an ID3 tag in one of them.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::fields::Fields;
use super::id3;
use super::key::Key;
use crate::host::media::id3::text;

/// Chunks that are looked at.
const CHUNKS_MAX: usize = 10_000;
/// Bytes of a list of texts.
const LIST_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// RIFF INFO (Multimedia Programming Interface 1.0, and what programs added).
const INFO: [(&[u8; 4], Key); 15] = [
    (b"INAM", Key::Title),
    (b"IART", Key::Artist),
    (b"IPRD", Key::Album),
    (b"IAAR", Key::AlbumArtist),
    (b"ICMT", Key::Comment),
    (b"ICOP", Key::Copyright),
    (b"ICRD", Key::Date),
    (b"IGNR", Key::Genre),
    (b"IPRT", Key::Track),
    (b"ITRK", Key::Track),
    (b"IFRM", Key::TrackTotal),
    (b"IMUS", Key::Composer),
    (b"ILNG", Key::Language),
    (b"IRTD", Key::RatingPercent),
    (b"ISRC", Key::Label),
];
/// AIFF 1.3.
const TEXTS: [(&[u8; 4], Key); 4] = [(b"NAME", Key::Title), (b"AUTH", Key::Artist), (b"(c) ", Key::Copyright), (b"ANNO", Key::Comment)];

/// One chunk: its name, and where its bytes are.
struct Chunk {
    id: [u8; 4],
    at: u64,
    length: u64,
}

/// The tags of a WAV file of `length` bytes.
pub(super) fn wav(file: &File, length: u64, fields: &mut Fields) {
    // What an ID3 tag says counts first, wherever it lies.
    let mut info = fields.beside();
    for chunk in chunks(file, length, u32::from_le_bytes) {
        match &chunk.id {
            b"LIST" => list(file, &chunk, &mut info),
            b"id3 " | b"ID3 " => id3::read(file, chunk.at, fields),
            _ => {}
        }
    }
    fields.fill(info);
}

/// The tags of an AIFF file of `length` bytes.
pub(super) fn aiff(file: &File, length: u64, fields: &mut Fields) {
    let mut plain = fields.beside();
    for chunk in chunks(file, length, u32::from_be_bytes) {
        if matches!(&chunk.id, b"ID3 " | b"id3 ") {
            id3::read(file, chunk.at, fields);
        } else if let Some((_, key)) = TEXTS.iter().find(|(id, _)| **id == chunk.id)
            && let Some(bytes) = bytes(file, &chunk)
        {
            push(&mut plain, *key, &bytes);
        }
    }
    fields.fill(plain);
}

fn chunks(file: &File, length: u64, number: fn([u8; 4]) -> u32) -> impl Iterator<Item = Chunk> {
    let mut at = 12;
    std::iter::from_fn(move || {
        let mut head = [0u8; 8];
        if at + 8 > length {
            return None;
        }
        file.read_exact_at(&mut head, at).ok()?;
        let [a, b, c, d, size @ ..] = head;
        let chunk = Chunk { id: [a, b, c, d], at: at + 8, length: u64::from(number(size)).min(length - at - 8) };
        // Each begins at an even byte.
        at = chunk.at + chunk.length + (chunk.length & 1);
        Some(chunk)
    })
    .take(CHUNKS_MAX)
}

fn bytes(file: &File, chunk: &Chunk) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(chunk.length.min(LIST_BYTES_MAX)).ok()?];
    file.read_exact_at(&mut bytes, chunk.at).ok()?;
    Some(bytes)
}

fn list(file: &File, chunk: &Chunk, fields: &mut Fields) {
    let Some(bytes) = bytes(file, chunk).filter(|bytes| bytes.starts_with(b"INFO")) else { return };
    let mut rest = &bytes[4..];
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, size @ ..] = *head;
        let length = usize::try_from(u32::from_le_bytes(size)).unwrap_or(usize::MAX).min(after.len());
        if let Some((_, key)) = INFO.iter().find(|(id, _)| **id == [a, b, c, d]) {
            push(fields, *key, &after[..length]);
        }
        rest = after.get(length + (length & 1)..).unwrap_or_default();
    }
}

/// Nothing says how these are encoded.
fn push(fields: &mut Fields, key: Key, bytes: &[u8]) {
    fields.push_raw(key, text(0, bytes).trim_end_matches('\0'));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn of(bytes: &[u8], read: fn(&File, u64, &mut Fields)) -> Fields {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        let mut fields = Fields::default();
        read(&file, bytes.len() as u64, &mut fields);
        fields.decode();
        fields
    }

    #[test]
    fn an_id3_chunk_counts_before_plain_texts() {
        let info = b"INFOINAM\x05\0\0\0Blue\0\0IART\x04\0\0\0Ada\0";
        let tag = b"ID3\x03\0\0\0\0\0\x0fTIT2\0\0\0\x05\0\0\x03Teal";
        let mut wav_file = b"RIFF\xff\xff\xff\xffWAVE".to_vec();
        for (id, body) in [(b"LIST", info.as_slice()), (b"id3 ", tag)] {
            wav_file.extend(id);
            wav_file.extend(u32::try_from(body.len()).expect("short").to_le_bytes());
            wav_file.extend(body);
            wav_file.extend(vec![0; body.len() & 1]);
        }
        let fields = of(&wav_file, wav);
        assert_eq!((fields.text(Key::Title).as_deref(), fields.text(Key::Artist).as_deref()), (Some("Teal"), Some("Ada")));
        let fields = of(b"FORM\0\0\0\x20AIFFNAME\0\0\0\x03Sky\0AUTH\xff\xff\xff\xffBob", aiff);
        assert_eq!((fields.text(Key::Title).as_deref(), fields.text(Key::Artist).as_deref()), (Some("Sky"), Some("Bob")));
    }

    proptest! {
        #[test]
        fn any_chunks_are_read_or_left(rest in prop::collection::vec(any::<u8>(), 0..200)) {
            let bytes = [b"RIFF\0\0\0\0WAVELIST\x40\0\0\0INFO".as_slice(), &rest].concat();
            let _ = of(&bytes, wav);
            let _ = of(&bytes, aiff);
        }
    }
}
