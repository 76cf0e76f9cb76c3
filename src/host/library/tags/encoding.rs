//! Texts whose tag names no encoding, or the wrong one: ISO 8859-1 is what ID3 calls whatever its writer's system had.
//!
//! All texts of a file are one witness. Texts that can be Western European stay so: another encoding must be plain to see.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::fields::Value;

/// Bytes that the detector is shown.
const WITNESS_BYTES_MAX: usize = 16 * 1024;
/// Letters beyond ASCII that a guess among encodings of Latin letters needs.
const LATIN_LETTERS_MIN: usize = 6;

/// Decodes raw values in place.
pub(super) fn decode(values: &mut [&mut Value]) {
    let texts: Vec<Option<Vec<u8>>> = values.iter().map(|value| bytes(&value.text)).collect();
    let decoded = decoded(&texts);
    for (value, decoded) in values.iter_mut().zip(decoded) {
        if let Some(text) = decoded {
            value.text = text;
        }
        value.is_raw = false;
    }
}

/// A text that stands alone, such as lyrics; `is_raw`: its characters are bytes.
pub(super) fn lone(is_raw: bool, text: String) -> String {
    let mut value = Value { text, is_raw };
    if is_raw {
        decode(&mut [&mut value]);
    }
    value.text
}

/// A file of text: by its byte order mark, as UTF-8, or as what it looks like.
pub(super) fn file(bytes: &[u8]) -> String {
    match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode_with_bom_removal(bytes).0.into_owned(),
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => lone(true, bytes.iter().map(|byte| char::from(*byte)).collect()),
        },
    }
}

/// The bytes that a text's characters are; `None` when they are all ASCII, or were decoded already.
fn bytes(text: &str) -> Option<Vec<u8>> {
    if text.is_ascii() { None } else { text.chars().map(|c| u8::try_from(c).ok()).collect() }
}

fn decoded(texts: &[Option<Vec<u8>>]) -> Vec<Option<String>> {
    // What is UTF-8 is hardly ever anything else.
    let mut out: Vec<Option<String>> = texts.iter().map(|text| text.as_ref().and_then(|text| utf_8(text))).collect();
    let open: Vec<&[u8]> = texts.iter().zip(&out).filter(|(_, done)| done.is_none()).filter_map(|(text, _)| text.as_deref()).collect();
    if open.is_empty() {
        return out;
    }
    let encoding = encoding(&open);
    for (text, out) in texts.iter().zip(&mut out) {
        if let (Some(text), None) = (text, &out) {
            *out = Some(read(encoding, text).unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(text).0.into_owned()));
        }
    }
    out
}

fn utf_8(text: &[u8]) -> Option<String> {
    read(UTF_8, text)
}

/// What these bytes are in an encoding; fields of fixed length may end within a character.
fn read(encoding: &'static Encoding, text: &[u8]) -> Option<String> {
    let (decoded, has_errors) = encoding.decode_without_bom_handling(text);
    if !has_errors {
        return Some(decoded.into_owned());
    }
    let whole = decoded.strip_suffix('\u{fffd}')?;
    // Fixed fields are 28 to 30 bytes.
    let is_cut = (28..=30).contains(&text.len()) && !whole.contains('\u{fffd}') && !whole.is_ascii();
    is_cut.then(|| whole.to_owned())
}

/// What these texts, which are not UTF-8, are encoded in.
fn encoding(texts: &[&[u8]]) -> &'static Encoding {
    let mut witness = texts.join(b"\n".as_slice());
    witness.truncate(WITNESS_BYTES_MAX);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&witness, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let is_plain = match guess.name() {
        "windows-1250" | "ISO-8859-2" | "windows-1254" | "windows-1257" | "ISO-8859-4" | "windows-1258" | "ISO-8859-13" => {
            is_other_latin(guess, &witness)
        }
        _ => texts.iter().any(|text| is_hardly_western(text)),
    };
    if is_plain && texts.iter().all(|text| read(guess, text).is_some()) { guess } else { WINDOWS_1252 }
}

/// Western words have single letters beyond ASCII, rarely two together, among others.
fn is_hardly_western(text: &[u8]) -> bool {
    let is_high = |byte: &u8| *byte >= 0x80;
    let high = text.iter().filter(|byte| is_high(byte)).count();
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    // `¡¡¡` and `………` are one sign.
    let run = |high: &[u8]| high.chunk_by(|a, b| a == b).count();
    let longest_run = text.split(|byte| !is_high(byte)).map(run).max().unwrap_or(0);
    // What Windows' encoding has no character for.
    let is_undefined = text.iter().any(|byte| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
    longest_run >= 3 || is_undefined || (longest_run >= 2 && high > letters)
}

/// Among encodings of Latin letters the detector needs many, or signs in the midst of words where Western Europe would have them.
fn is_other_latin(guess: &'static Encoding, witness: &[u8]) -> bool {
    let western = WINDOWS_1252.decode_without_bom_handling(witness).0;
    let letters: Vec<char> = western.chars().collect();
    let is_sign_in_word = letters.windows(3).any(|three| {
        let [before, sign, after] = [three[0], three[1], three[2]];
        !sign.is_ascii()
            && !sign.is_alphabetic()
            && before.is_alphabetic()
            && after.is_alphabetic()
            && !matches!(sign, '’' | '·' | '–' | '\u{a0}' | '‐')
    });
    let high = witness.iter().filter(|byte| **byte >= 0x80).count();
    let other = guess.decode_without_bom_handling(witness).0;
    let is_letters = other.chars().filter(|c| !c.is_ascii()).all(|c| c.is_alphabetic() || matches!(c, '’' | '„' | '”' | '“' | '–'));
    is_letters && (is_sign_in_word || high >= LATIN_LETTERS_MIN)
}

#[cfg(test)]
#[path = "encoding_tests.rs"]
mod tests;
