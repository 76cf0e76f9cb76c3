//! PLS: `File1=…`, `Title1=…`, `Length1=…`.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::{Source, list, titled};
use crate::host::import::error::ImportError;
use crate::host::import::model::{ForeignTrack, Format, Imported, TRACKS_MAX};
use crate::host::import::text;

pub fn read(input: impl BufRead, source: Source<'_>) -> Result<Imported, ImportError> {
    let text = text::whole(input)?;
    let mut tracks: BTreeMap<u32, (ForeignTrack, bool)> = BTreeMap::new();
    for line in text.split(['\n', '\r']) {
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.trim().to_ascii_lowercase();
        let Some((key, number)) = ["file", "title", "length"].iter().find_map(|known| Some((*known, key.strip_prefix(known)?))) else {
            continue;
        };
        let Ok(number) = number.parse() else { continue };
        let (track, has_file) = tracks.entry(number).or_default();
        match key {
            "file" => {
                *has_file = true;
                track.locate(value.trim(), source.folder);
            }
            "title" => titled(track, value),
            _ => track.duration_ms = value.trim().parse::<u32>().ok().filter(|s| *s > 0).map(|s| u64::from(s) * 1000),
        }
        if tracks.len() > TRACKS_MAX {
            return Err(ImportError::TooMuch("more tracks than can be"));
        }
    }
    list(Format::Pls, source, None, tracks.into_values().filter(|(_, has_file)| *has_file).map(|(track, _)| track).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::import::place::Place;

    #[test]
    fn entries_come_by_their_numbers() {
        let text = "[playlist]\nFile2=b.mp3\nTitle2=B\nLength2=-1\nfile1=file:///music/a%20b.mp3\nTitle1=Ann - A\nLength1=61\nNumberOfEntries=2\nTitle9=none\nFilex=no\n";
        let found = read(text.as_bytes(), Source { folder: None, name: "x" }).expect("a playlist");
        let short: Vec<_> = found.tracks.iter().map(|t| (t.place.as_ref().map(Place::as_str), t.title.as_deref(), t.duration_ms)).collect();
        assert_eq!(short, [(Some("/music/a b.mp3"), Some("A"), Some(61_000)), (Some("b.mp3"), Some("B"), None)]);
    }
}
