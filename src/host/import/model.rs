//! What a file of another program says, whatever its format.

use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::place::{Place, address};
use crate::protocol::Rules;
use crate::types::{TrackId, UnixMs};

/// Most of each that one file may bring. A library of more than this is none.
pub(super) const TRACKS_MAX: usize = 4_000_000;
pub(super) const PLAYLISTS_MAX: usize = 100_000;
/// Tracks in playlists, all of them together.
pub(super) const ENTRIES_MAX: usize = 40_000_000;

/// Which program or format a file is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Itunes,
    Rhythmbox,
    RhythmboxPlaylists,
    M3u,
    Pls,
    Xspf,
    Csv,
    Iroam,
}

/// One file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub format: Format,
    pub tracks: Vec<ForeignTrack>,
    /// Parents come before their children.
    pub playlists: Vec<ForeignPlaylist>,
}

/// A track as the other program knew it. Texts are one line each, fit to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForeignTrack {
    /// Its id here, from an export of this library.
    pub id: Option<TrackId>,
    /// Where its file was.
    pub place: Option<Place>,
    /// The address of the net that it has in place of a file, as it may be shown.
    pub address: Option<String>,
    pub title: Option<String>,
    pub artist: Option<String>,
    pub album_artist: Option<String>,
    pub album: Option<String>,
    pub track_no: Option<u32>,
    pub disc_no: Option<u32>,
    pub duration_ms: Option<u64>,
    pub made: Made,
}

impl ForeignTrack {
    /// Takes what a list says of where it is: a file, or an address of the net.
    pub(super) fn locate(&mut self, text: &str, base: Option<&Path>) {
        self.place = Place::parse(text, base);
        self.address = address(text);
    }
}

/// What its listener made of a track; `None` and 0 say nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// 1 to 100, 20 for each star.
    pub rating: Option<u8>,
    pub loved: Option<bool>,
    pub plays: u32,
    pub skips: u32,
    pub last_played: Option<UnixMs>,
    pub last_skipped: Option<UnixMs>,
    pub added: Option<UnixMs>,
}

impl Made {
    /// Both together: no count smaller, no date of listening earlier, none of adding later. What `self` rated holds.
    pub fn and(self, other: Self) -> Self {
        Self {
            rating: self.rating.or(other.rating),
            loved: self.loved.or(other.loved),
            plays: self.plays.max(other.plays),
            skips: self.skips.max(other.skips),
            last_played: self.last_played.max(other.last_played),
            last_skipped: self.last_skipped.max(other.last_skipped),
            added: [self.added, other.added].into_iter().flatten().min(),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A playlist, or a folder of such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignPlaylist {
    /// The same each time this playlist is imported, e.g. `itunes:49C97D85843B04CC`.
    pub origin: String,
    pub name: String,
    /// The folder it is in: a place in [`Imported::playlists`].
    pub parent: Option<usize>,
    pub content: Content,
    pub oddities: Vec<Oddity>,
}

/// What does not hold together in a file, and what was made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Oddity {
    /// Items that name no track of the file: left out.
    UnknownTracks { count: usize },
    /// The folder that it was in is not in the file: it is at the top.
    UnknownFolder,
    /// A folder that was within itself: it is at the top.
    FolderInItself,
}

impl Oddity {
    /// Whether it moved a playlist.
    pub(super) fn is_of_place(&self) -> bool {
        matches!(self, Self::UnknownFolder | Self::FolderInItself)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Folder,
    /// Places in [`Imported::tracks`].
    Tracks(Vec<u32>),
    Smart {
        rules: Rules,
        /// What was in it, if that is told.
        tracks: Vec<u32>,
    },
    /// A smart one whose rules cannot be kept: what was in it, and why.
    Frozen {
        tracks: Vec<u32>,
        reason: String,
    },
}

impl Content {
    pub fn tracks(&self) -> &[u32] {
        match self {
            Self::Folder => &[],
            Self::Tracks(tracks) | Self::Smart { tracks, .. } | Self::Frozen { tracks, .. } => tracks,
        }
    }
}

/// Longest origin that the server takes, bytes.
const ORIGIN_BYTES_MAX: usize = 200;

/// Gives each playlist an origin of its own, fit to be sent: two of one name or id are two, and are told apart by their order.
pub(super) fn tell_apart(playlists: &mut [ForeignPlaylist]) {
    let mut times: HashMap<String, u32> = HashMap::with_capacity(playlists.len());
    for list in playlists {
        let fit = !list.origin.is_empty() && list.origin.len() <= ORIGIN_BYTES_MAX && !list.origin.chars().any(char::is_control);
        if !fit {
            list.origin = format!("named:{}", digest(&list.origin));
        }
        let times = times.entry(list.origin.clone()).or_default();
        *times += 1;
        if *times > 1 {
            list.origin = format!("named:{}", digest(&format!("{}\0{times}", list.origin)));
        }
    }
}

/// A short text that stands for a longer one.
pub(super) fn digest(text: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(text).into();
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A star rating out of `most`, as 1 to 100.
pub(super) fn stars(value: f64, most: f64) -> Option<u8> {
    let rating = (value / most * 100.0).round();
    // NaN and what is out of range are no rating.
    (1.0..=100.0).contains(&rating).then_some(rating as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn playlists_of_one_name_are_told_apart_the_same_way_each_time() {
        let list = |origin: &str| ForeignPlaylist {
            origin: origin.to_owned(),
            name: "x".to_owned(),
            parent: None,
            content: Content::Folder,
            oddities: Vec::new(),
        };
        let origins = || {
            let mut lists = ["a", "b", "a", "a", "", "é\u{0}", &"é".repeat(200)].map(list);
            tell_apart(&mut lists);
            lists.map(|list| list.origin)
        };
        let found = origins();
        assert_eq!((&found, &found[..2]), (&origins(), &["a".to_owned(), "b".to_owned()][..]));
        assert!(found.iter().all(|origin| origin.len() <= ORIGIN_BYTES_MAX && !origin.chars().any(char::is_control)));
        assert_eq!(found.iter().collect::<std::collections::HashSet<_>>().len(), found.len());
    }
}
