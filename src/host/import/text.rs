//! Bytes as text, in whatever encoding they were written.

use std::io::{self, BufRead, Cursor, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

use super::error::{ImportError, TooMuch};

/// Largest file that is held in memory as a whole.
const WHOLE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// A whole file as text: by its byte order mark, as UTF-8 where it is that, and else by a guess.
pub(super) fn whole(input: impl BufRead) -> Result<String, ImportError> {
    let bytes = read_whole(input)?;
    if let Some((encoding, _)) = Encoding::for_bom(&bytes) {
        return Ok(encoding.decode(&bytes).0.into_owned());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(not_utf8) => {
            let bytes = not_utf8.into_bytes();
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
            detector.feed(&bytes, true);
            Ok(detector.guess(None, Utf8Detection::Deny).decode_without_bom_handling(&bytes).0.into_owned())
        }
    }
}

/// The same bytes without a mark at their beginning, UTF-16 as UTF-8.
pub(super) fn unmarked<'a>(mut input: impl BufRead + 'a) -> Result<Box<dyn BufRead + 'a>, ImportError> {
    let start = input.fill_buf()?;
    match Encoding::for_bom(start) {
        Some((encoding, length)) if encoding == UTF_8 => {
            input.consume(length);
            Ok(Box::new(input))
        }
        Some((encoding, _)) => {
            let bytes = read_whole(input)?;
            Ok(Box::new(Cursor::new(encoding.decode(&bytes).0.into_owned())))
        }
        None => Ok(Box::new(input)),
    }
}

fn read_whole(input: impl BufRead) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    input.take(WHOLE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > WHOLE_BYTES_MAX {
        return Err(io::Error::other(TooMuch("more text than fits in memory")).into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn playlists_of_every_decade_are_read() {
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("Björk".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [&b"Bj\xc3\xb6rk"[..], b"\xef\xbb\xbfBj\xc3\xb6rk", b"Bj\xf6rk", &utf16] {
            assert_eq!(whole(bytes).expect("text"), "Björk");
        }
    }

    #[test]
    fn a_mark_is_taken_off() {
        let read = |bytes: &[u8]| {
            let mut text = String::new();
            unmarked(bytes).expect("readable").read_to_string(&mut text).expect("text");
            text
        };
        assert_eq!(read(b"\xef\xbb\xbf<a/>"), "<a/>");
        assert_eq!(read(b"\xfe\xff\0<\0a\0/\0>"), "<a/>");
        assert_eq!(read(b"<a/>"), "<a/>");
    }
}
