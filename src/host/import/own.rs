//! iRoam's own export: everything that can be brought along, as one JSON document.

use std::io::{self, BufRead, Read};

use serde::{Deserialize, Deserializer, Serialize};

use super::bounded::{self, Texts};
use super::error::ImportError;
use super::model::{Content, ENTRIES_MAX, ForeignPlaylist, ForeignTrack, Format, Imported, Made, Oddity, PLAYLISTS_MAX, TRACKS_MAX};
use super::place::Place;
use super::text;
use crate::protocol::Rules;
use crate::types::{TrackId, UnixMs, showable};

/// The form's version, and the first key of the document, by which it is known.
pub(crate) const VERSION: u32 = 1;
/// Largest document that is read.
const BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) iroam_export: u32,
    #[serde(deserialize_with = "tracks")]
    pub(crate) tracks: Vec<OwnTrack>,
    /// Parents before children.
    #[serde(default, deserialize_with = "playlists")]
    pub(crate) playlists: Vec<OwnPlaylist>,
}

fn tracks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<OwnTrack>, D::Error> {
    bounded::list(from, TRACKS_MAX, (|_| 0, 0))
}

fn playlists<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<OwnPlaylist>, D::Error> {
    bounded::list(from, PLAYLISTS_MAX, (|list: &OwnPlaylist| list.tracks.len(), ENTRIES_MAX))
}

fn entries<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u32>, D::Error> {
    bounded::list(from, ENTRIES_MAX, (|_| 0, 0))
}

/// Times are Unix milliseconds; what is absent is not known, or 0.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OwnTrack {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<TrackId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) album_artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) album: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) track_no: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) disc_no: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration_ms: Option<u64>,
    /// 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rating: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) loved: Option<bool>,
    #[serde(skip_serializing_if = "is_none")]
    pub(crate) plays: u32,
    #[serde(skip_serializing_if = "is_none")]
    pub(crate) skips: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_played_ms: Option<UnixMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_skipped_ms: Option<UnixMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) added_ms: Option<UnixMs>,
}

fn is_none(count: &u32) -> bool {
    *count == 0
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OwnPlaylist {
    pub(crate) origin: String,
    pub(crate) name: String,
    /// The folder's place in the list.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) parent: Option<usize>,
    #[serde(skip_serializing_if = "is_false", default)]
    pub(crate) folder: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) rules: Option<Rules>,
    /// Places in the list of tracks.
    #[serde(skip_serializing_if = "Vec::is_empty", default, deserialize_with = "entries")]
    pub(crate) tracks: Vec<u32>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

pub fn read(input: impl BufRead) -> Result<Imported, ImportError> {
    let input = Texts::new(text::unmarked(input)?.take(BYTES_MAX));
    let document: Document = serde_json::from_reader(input).map_err(|error| match (error.classify(), bounded::too_many(&error)) {
        (serde_json::error::Category::Io, _) => io::Error::from(error).into(),
        (_, Some(what)) => ImportError::TooMuch(what),
        (_, None) => ImportError::Damaged { at: error.column() as u64 },
    })?;
    let count = document.tracks.len() as u32;
    let tracks = document.tracks.into_iter().map(OwnTrack::into_track).collect();
    let playlists: Vec<_> = document.playlists.into_iter().enumerate().map(|(at, list)| list.into_playlist(at, count)).collect();
    Ok(Imported { format: Format::Iroam, tracks, playlists })
}

impl OwnTrack {
    fn into_track(self) -> ForeignTrack {
        let line = |text: Option<String>| text.and_then(|text| showable::line(&text));
        let date = |at: Option<UnixMs>| at.filter(|at| at.0 > 0);
        ForeignTrack {
            id: self.id,
            place: self.path.and_then(|path| Place::parse(&path, None)),
            address: None,
            title: line(self.title),
            artist: line(self.artist),
            album_artist: line(self.album_artist),
            album: line(self.album),
            track_no: self.track_no,
            disc_no: self.disc_no,
            duration_ms: self.duration_ms,
            made: Made {
                rating: self.rating.filter(|rating| (1..=100).contains(rating)),
                loved: self.loved,
                plays: self.plays,
                skips: self.skips,
                last_played: date(self.last_played_ms),
                last_skipped: date(self.last_skipped_ms),
                added: date(self.added_ms),
            },
        }
    }
}

impl OwnPlaylist {
    /// The list at place `at`, of a document with `count` tracks.
    fn into_playlist(self, at: usize, count: u32) -> ForeignPlaylist {
        let count_of_entries = self.tracks.len();
        let parent = self.parent.filter(|parent| *parent < at);
        let tracks: Vec<u32> = self.tracks.into_iter().filter(|track| *track < count).collect();
        let content = match (self.folder, self.rules) {
            (true, _) => Content::Folder,
            (false, None) => Content::Tracks(tracks),
            (false, Some(rules)) => match rules.check() {
                Ok(()) => Content::Smart { rules, tracks },
                Err(error) => Content::Frozen { tracks, reason: error.detail },
            },
        };
        let name = showable::line(&self.name).unwrap_or_else(|| "Untitled".to_owned());
        let mut oddities = Vec::new();
        if content.tracks().len() < count_of_entries {
            oddities.push(Oddity::UnknownTracks { count: count_of_entries - content.tracks().len() });
        }
        if self.parent.is_some() && parent.is_none() {
            oddities.push(Oddity::UnknownFolder);
        }
        ForeignPlaylist { origin: self.origin, name, parent, content, oddities }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_refused_before_it_is_read_to_its_end() {
        let lists = r#"{"iroam_export":1,"tracks":[],"playlists":["#;
        let text = r#"{"iroam_export":1,"tracks":[{"title":""#;
        for (begin, piece) in [(lists, r#"{"origin":"a","name":"b"},"#), (text, "x")] {
            let input = io::BufReader::new(begin.as_bytes().chain(Endless(piece.as_bytes(), 0)));
            assert!(matches!(read(input), Err(ImportError::TooMuch(_))), "{begin}");
        }
    }

    /// The same again and again.
    struct Endless(&'static [u8], usize);

    impl Read for Endless {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            for byte in &mut *bytes {
                *byte = self.0[self.1 % self.0.len()];
                self.1 += 1;
            }
            Ok(bytes.len())
        }
    }

    #[test]
    fn a_document_is_checked_as_it_is_read() {
        let text = r#"{"iroam_export":1,"tracks":[{"path":"/a.mp3","title":"A\u0000\nB","rating":0,"plays":3}],"playlists":[
            {"origin":"iroam:1","name":"","parent":0,"tracks":[0,7]},{"origin":"iroam:2","name":"F","folder":true},{"origin":"iroam:3","name":"S","parent":1,
            "rules":{"match":"all","rules":[{"field":"genre","op":"greater","value":"x"}]}}]}"#;
        let found = read(text.as_bytes()).expect("a document");
        assert_eq!((found.tracks[0].title.as_deref(), found.tracks[0].made.rating, found.tracks[0].made.plays), (Some("A B"), None, 3));
        assert_eq!((found.playlists[0].parent, found.playlists[0].content.tracks()), (None, &[0][..]));
        assert_eq!(found.playlists[2].parent, Some(1));
        assert!(matches!(found.playlists[2].content, Content::Frozen { .. }));
        for bad in ["", "{", r#"{"iroam_export":1}"#, &format!("{}1", "[".repeat(100_000))] {
            assert!(matches!(read(bad.as_bytes()), Err(ImportError::Damaged { .. })), "{bad:.20}");
        }
    }
}
