//! Languages as files name them, to BCP 47 (RFC 5646).

/// Two letters (ISO 639-1), three letters (ISO 639-2, bibliographic and terminological), and names in file names.
const LANGUAGES: [(&str, &[&str]); 74] = [
    ("af", &["afr", "afrikaans"]),
    ("am", &["amh", "amharic"]),
    ("ar", &["ara", "arabic"]),
    ("az", &["aze", "azerbaijani"]),
    ("be", &["bel", "belarusian"]),
    ("bg", &["bul", "bulgarian"]),
    ("bn", &["ben", "bengali"]),
    ("bs", &["bos", "bosnian"]),
    ("ca", &["cat", "catalan"]),
    ("cs", &["cze", "ces", "czech"]),
    ("cy", &["wel", "cym", "welsh"]),
    ("da", &["dan", "danish"]),
    ("de", &["ger", "deu", "german", "deutsch"]),
    ("el", &["gre", "ell", "greek"]),
    ("en", &["eng", "english"]),
    ("eo", &["epo", "esperanto"]),
    ("es", &["spa", "spanish", "castellano"]),
    ("et", &["est", "estonian"]),
    ("eu", &["baq", "eus", "basque"]),
    ("fa", &["per", "fas", "persian", "farsi"]),
    ("fi", &["fin", "finnish"]),
    ("fil", &["filipino"]),
    ("fr", &["fre", "fra", "french", "francais"]),
    ("ga", &["gle", "irish"]),
    ("gl", &["glg", "galician"]),
    ("gu", &["guj", "gujarati"]),
    ("he", &["heb", "hebrew", "iw"]),
    ("hi", &["hin", "hindi"]),
    ("hr", &["hrv", "scr", "croatian"]),
    ("hu", &["hun", "hungarian"]),
    ("hy", &["arm", "hye", "armenian"]),
    ("id", &["ind", "indonesian", "in"]),
    ("is", &["ice", "isl", "icelandic"]),
    ("it", &["ita", "italian"]),
    ("ja", &["jpn", "japanese", "jp"]),
    ("ka", &["geo", "kat", "georgian"]),
    ("kk", &["kaz", "kazakh"]),
    ("km", &["khm", "khmer"]),
    ("kn", &["kan", "kannada"]),
    ("ko", &["kor", "korean"]),
    ("la", &["lat", "latin"]),
    ("lb", &["ltz", "luxembourgish"]),
    ("lt", &["lit", "lithuanian"]),
    ("lv", &["lav", "latvian"]),
    ("mk", &["mac", "mkd", "macedonian"]),
    ("ml", &["mal", "malayalam"]),
    ("mn", &["mon", "mongolian"]),
    ("mr", &["mar", "marathi"]),
    ("ms", &["may", "msa", "malay"]),
    ("nb", &["nob", "bokmal"]),
    ("nl", &["dut", "nld", "dutch"]),
    ("nn", &["nno", "nynorsk"]),
    ("no", &["nor", "norwegian"]),
    ("pa", &["pan", "punjabi"]),
    ("pl", &["pol", "polish"]),
    ("pt", &["por", "portuguese"]),
    ("ro", &["rum", "ron", "romanian"]),
    ("ru", &["rus", "russian"]),
    ("sk", &["slo", "slk", "slovak"]),
    ("sl", &["slv", "slovenian"]),
    ("sq", &["alb", "sqi", "albanian"]),
    ("sr", &["srp", "scc", "serbian"]),
    ("sv", &["swe", "swedish"]),
    ("sw", &["swa", "swahili"]),
    ("ta", &["tam", "tamil"]),
    ("te", &["tel", "telugu"]),
    ("th", &["tha", "thai"]),
    ("tl", &["tgl", "tagalog"]),
    ("tr", &["tur", "turkish"]),
    ("uk", &["ukr", "ukrainian"]),
    ("ur", &["urd", "urdu"]),
    ("uz", &["uzb", "uzbek"]),
    ("vi", &["vie", "vietnamese"]),
    ("zh", &["chi", "zho", "chinese"]),
];

/// Of a language that a file name or a stream's tags say: a code or an English name, maybe with a script or a region (`pt-BR`, `zh_Hant`).
/// `None` for anything else.
pub fn tag(said: &str) -> Option<String> {
    let mut parts = said.split(['-', '_']);
    let first = parts.next()?.to_ascii_lowercase();
    let (language, _) = LANGUAGES.iter().find(|(code, others)| *code == first || others.contains(&first.as_str()))?;
    let mut tag = (*language).to_owned();
    for part in parts.take(2) {
        let is_alphabetic = part.bytes().all(|byte| byte.is_ascii_alphabetic());
        match part.len() {
            4 if is_alphabetic => tag += &format!("-{}{}", part[..1].to_ascii_uppercase(), part[1..].to_ascii_lowercase()),
            2 if is_alphabetic => tag += &format!("-{}", part.to_ascii_uppercase()),
            3 if part.bytes().all(|byte| byte.is_ascii_digit()) => tag += &format!("-{part}"),
            _ => return None,
        }
    }
    Some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_of_many_spellings_have_one_tag() {
        for (said, expected) in
            [("en", "en"), ("ENG", "en"), ("German", "de"), ("pt_br", "pt-BR"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419")]
        {
            assert_eq!(tag(said).as_deref(), Some(expected), "{said}");
        }
        for said in ["", "und", "forced", "en-", "en-x1", "2", "é", "en-éa"] {
            assert_eq!(tag(said), None, "{said}");
        }
    }
}
