//! M3U and M3U8: a path a line, and what `#EXTINF` says before it.

use std::io::BufRead;

use super::{Source, list, titled};
use crate::host::import::error::ImportError;
use crate::host::import::model::{ForeignTrack, Format, Imported, TRACKS_MAX};
use crate::host::import::place::{Place, is_encoded};
use crate::host::import::text;
use crate::types::showable;

pub fn read(input: impl BufRead, source: Source<'_>) -> Result<Imported, ImportError> {
    let text = text::whole(input)?;
    let is_encoded = is_encoded_list(&text);
    let mut tracks = Vec::new();
    let mut name = None;
    let mut next = ForeignTrack::default();
    for line in text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix('#') {
            Some(directive) => {
                let (key, value) = directive.split_once(':').unwrap_or((directive, ""));
                match key.trim().to_ascii_uppercase().as_str() {
                    "EXTINF" => {
                        // What was said of an entry that never came is of no other.
                        if next.title.is_some() || next.duration_ms.is_some() {
                            next = ForeignTrack::default();
                        }
                        described(&mut next, value);
                    }
                    "EXTALB" => next.album = showable::line(value),
                    "EXTART" => next.artist = showable::line(value),
                    "PLAYLIST" => name = showable::line(value),
                    _ => {}
                }
            }
            None => {
                next.locate(line, source.folder);
                if is_encoded {
                    next.place = Place::parse_url(line, source.folder);
                }
                tracks.push(std::mem::take(&mut next));
                if tracks.len() > TRACKS_MAX {
                    return Err(ImportError::TooMuch("more tracks than can be"));
                }
            }
        }
    }
    list(Format::M3u, source, name, tracks)
}

/// Whether the paths of a list are references of URLs, as some players write them: each is without what would be encoded, and some have what is.
fn is_encoded_list(text: &str) -> bool {
    let entries = || text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let paths = || entries().filter(|line| !line.contains("://"));
    paths().any(is_encoded) && paths().all(|path| is_encoded(path) || path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'%'))
}

/// `123,Artist - Title`; some write attributes behind the seconds: `123 tvg-id="x, y",Title`.
fn described(track: &mut ForeignTrack, value: &str) {
    let mut quoted = false;
    let comma = value.find(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    // A quote that never ends is none.
    let comma = comma.or_else(|| value.find(','));
    let (seconds, title) = comma.map_or((value, ""), |at| (&value[..at], &value[at + 1..]));
    let seconds = seconds.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
    track.duration_ms = seconds.filter(|seconds| (0.5..1e9).contains(seconds)).map(|seconds| (seconds * 1000.0) as u64);
    titled(track, title);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn source() -> Source<'static> {
        Source { folder: Some(Path::new("/music/lists")), name: "Party" }
    }

    #[test]
    fn extended_and_plain_lines_are_read() {
        let text = "\u{feff}#EXTM3U\r\n#PLAYLIST:Für Elise\r\n#EXTINF:123,Björk - Jóga\r\n../Björk/01 Jóga.mp3\r\n\r\n# a comment\nC:\\Music\\a.mp3\nhttp://radio.example/x\n";
        let found = read(text.as_bytes(), source()).expect("a playlist");
        assert_eq!(found.playlists[0].name, "Für Elise");
        assert_eq!(found.playlists[0].content.tracks(), [0, 1, 2]);
        let [first, second, radio] = &found.tracks[..] else { panic!("three: {found:?}") };
        assert_eq!((first.artist.as_deref(), first.title.as_deref(), first.duration_ms), (Some("Björk"), Some("Jóga"), Some(123_000)));
        assert_eq!(first.place.as_ref().map(Place::as_str), Some("/music/Björk/01 Jóga.mp3"));
        assert_eq!(second.place.as_ref().map(Place::as_str), Some("C:/Music/a.mp3"));
        assert_eq!((second.title.as_deref(), &radio.place), (None, &None));
        assert_eq!(radio.address.as_deref(), Some("http://radio.example/x"));
    }

    #[test]
    fn a_playlist_is_known_again() {
        let first = read(&b"a.mp3"[..], source()).expect("a playlist");
        let again = read(&b"b.mp3"[..], source()).expect("a playlist");
        let other = read(&b"a.mp3"[..], Source { name: "Other", ..source() }).expect("a playlist");
        assert_eq!((first.playlists[0].name.as_str(), &first.playlists[0].origin), ("Party", &again.playlists[0].origin));
        assert_ne!(first.playlists[0].origin, other.playlists[0].origin);
    }
}
