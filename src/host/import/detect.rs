//! Which format a file has, by what it begins with.

use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use encoding_rs::Encoding;

use super::error::ImportError;
use super::model::{Format, Imported, tell_apart};
use super::playlists::{Source, m3u, pls, xspf};
use super::{itunes, own, rhythmbox, table};

/// Bytes looked at. A document type and a comment may come before the first element.
const HEAD_BYTES: u64 = 4096;

/// Reads a file of any known format, whose content is `input`.
pub fn read_from(input: impl Read, path: &Path) -> Result<Imported, ImportError> {
    let absolute = std::path::absolute(path)?;
    let name = absolute.file_stem().unwrap_or_default().to_string_lossy();
    let source = Source { folder: absolute.parent(), name: &name };
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    read(BufReader::with_capacity(256 * 1024, input), source, extension.to_str().unwrap_or_default())
}

/// As [`read_from`]. `extension` (lower case) is asked only where the content does not tell: plain lines of paths.
pub fn read(mut input: impl BufRead, source: Source<'_>, extension: &str) -> Result<Imported, ImportError> {
    let mut head = Vec::new();
    input.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let format = format_of(&head, extension).ok_or(ImportError::UnknownKind)?;
    let whole = BufReader::with_capacity(256 * 1024, Cursor::new(head).chain(input));
    let mut found = match format {
        Format::Itunes => itunes::read(whole),
        Format::Rhythmbox => rhythmbox::read_database(whole),
        Format::RhythmboxPlaylists => rhythmbox::read_playlists(whole),
        Format::M3u => m3u::read(whole, source),
        Format::Pls => pls::read(whole, source),
        Format::Xspf => xspf::read(whole, source),
        Format::Csv => table::read(whole, source.folder),
        Format::Iroam => own::read(whole),
    }?;
    tell_apart(&mut found.playlists);
    Ok(found)
}

fn format_of(head: &[u8], extension: &str) -> Option<Format> {
    let text = match Encoding::for_bom(head) {
        Some((encoding, _)) => encoding.decode(head).0,
        None => String::from_utf8_lossy(head),
    };
    let text = text.trim_start();
    if text.starts_with('<') {
        return by_element(text);
    }
    if text.starts_with('{') {
        return text.contains("\"iroam_export\"").then_some(Format::Iroam);
    }
    let first = text.lines().next().unwrap_or_default();
    if first.trim().eq_ignore_ascii_case("[playlist]") {
        return Some(Format::Pls);
    }
    if first.to_ascii_uppercase().starts_with("#EXT") || matches!(extension, "m3u" | "m3u8") {
        return Some(Format::M3u);
    }
    (extension == "csv" || extension == "tsv" || table::is_table(first)).then_some(Format::Csv)
}

/// By the first element; what comes before it is no element.
fn by_element(text: &str) -> Option<Format> {
    let starts = text.match_indices('<').map(|(at, _)| &text[at + 1..]);
    let first = starts.into_iter().find(|rest| rest.starts_with(|c: char| c.is_alphabetic()))?;
    let name = first.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next()?;
    match name.rsplit(':').next()? {
        "plist" => Some(Format::Itunes),
        "rhythmdb" => Some(Format::Rhythmbox),
        "rhythmdb-playlists" => Some(Format::RhythmboxPlaylists),
        "playlist" => Some(Format::Xspf),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_content() {
        let itunes = "\u{feff}<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"x\">\n<!-- hello --><plist version=\"1.0\">";
        for (head, format) in [
            (itunes, Some(Format::Itunes)),
            ("<rhythmdb version=\"2.0\">", Some(Format::Rhythmbox)),
            ("<?xml version=\"1.0\"?><rhythmdb-playlists>", Some(Format::RhythmboxPlaylists)),
            ("<playlist version=\"1\">", Some(Format::Xspf)),
            ("[Playlist]\r\nFile1=a", Some(Format::Pls)),
            ("#EXTM3U\na.mp3", Some(Format::M3u)),
            ("Title;Artist\n", Some(Format::Csv)),
            ("{\n \"iroam_export\": 1", Some(Format::Iroam)),
            ("<html>", None),
            ("{}", None),
            ("Dear Sir", None),
            ("", None),
            ("\u{1}\u{0}ID3", None),
        ] {
            assert_eq!(format_of(head.as_bytes(), ""), format, "{head}");
        }
        assert_eq!(format_of(b"a.mp3", "m3u"), Some(Format::M3u));
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("#EXTM3U".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(format_of(&utf16, ""), Some(Format::M3u));
    }
}
