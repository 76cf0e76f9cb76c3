//! From a text file's bytes to its words, in the encodings of three decades.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
    WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};

/// Bytes that are looked at to tell UTF-16 without a mark.
const LOOK_BYTES: usize = 4_096;

/// UTF-8 and UTF-16 are known by their bytes; anything else is what Windows wrote in that language (BCP 47), in the West when it is not known.
pub fn decode(bytes: &[u8], language: Option<&str>) -> String {
    // `decode` takes a byte order mark as the last word and removes it.
    let guessed = if let Some(wide) = without_mark(bytes) {
        wide
    } else if std::str::from_utf8(bytes).is_ok() {
        encoding_rs::UTF_8
    } else {
        of_language(language.unwrap_or(""))
    };
    let (text, _, _) = guessed.decode(bytes);
    // Files of old Macs end lines with a CR alone, which is no end to `lines`.
    if text.contains('\n') { text.into_owned() } else { text.replace('\r', "\n") }
}

/// In UTF-16 of any language spaces and line ends have a zero byte, on one side only.
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let look = &bytes[..bytes.len().min(LOOK_BYTES) & !1];
    let zeros = |side: usize| look.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), look.len() / 2);
    match (even * 8 > pairs, odd * 8 > pairs) {
        (true, false) => Some(UTF_16BE),
        (false, true) => Some(UTF_16LE),
        _ => None,
    }
}

fn of_language(tag: &str) -> &'static Encoding {
    let tag = tag.to_ascii_lowercase();
    match tag.split('-').next().unwrap_or("") {
        "ru" | "uk" | "bg" | "be" | "mk" | "sr" => WINDOWS_1251,
        "pl" | "cs" | "sk" | "hu" | "hr" | "sl" | "ro" | "bs" | "sq" => WINDOWS_1250,
        "el" => WINDOWS_1253,
        "tr" | "az" => WINDOWS_1254,
        "he" => WINDOWS_1255,
        "ar" | "fa" | "ur" => WINDOWS_1256,
        "et" | "lv" | "lt" => WINDOWS_1257,
        "vi" => WINDOWS_1258,
        "th" => WINDOWS_874,
        "ja" => SHIFT_JIS,
        "ko" => EUC_KR,
        "zh" if tag.contains("hant") || tag.contains("-tw") || tag.contains("-hk") => BIG5,
        "zh" => GBK,
        _ => WINDOWS_1252,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_encoding_is_read() {
        let wide = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let line = "1\n00:00:01,000 --> 00:00:02,000\nПривет, été\n";
        assert_eq!(decode(line.as_bytes(), None), line);
        assert_eq!(decode(&[b"\xef\xbb\xbf", line.as_bytes()].concat(), None), line);
        assert_eq!(decode(&wide(line, false), None), line);
        assert_eq!(decode(&wide(line, true), None), line);
        assert_eq!(decode(&[b"\xff\xfe".as_slice(), &wide(line, false)].concat(), Some("ru")), line);
        assert_eq!(decode(&[b"\xfe\xff".as_slice(), &wide(line, true)].concat(), Some("ru")), line);
        assert_eq!(decode(b"caf\xe9 \x93ok\x94", None), "café “ok”");
        assert_eq!(decode(b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("ru")), "Привет");
        assert_eq!(decode(b"\xcf\xf0\xe8\xe2\xb3\xf2", Some("uk-UA")), "Привіт");
        assert_eq!(decode(b"Za\xbf\xf3\xb3\xe6", Some("pl")), "Zażółć");
        assert_eq!(decode(b"a\rb", None), "a\nb");
    }
}
