//! What came of an import, for people and as JSON.

mod text;

use std::collections::BTreeMap;

use serde::Serialize;

use super::matching::{Outcome, Way};
use super::model::{ForeignTrack, Format, Oddity};

/// Of all files of one command.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub dry_run: bool,
    /// It was told to stop before the end.
    pub stopped: bool,
    pub files: Vec<FileReport>,
}

#[derive(Debug, Default, Serialize)]
pub struct FileReport {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Why nothing of it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub tracks: usize,
    /// How many were found in which way.
    pub matched: BTreeMap<Way, usize>,
    pub stars: usize,
    pub loved: usize,
    /// Tracks with a count of plays or skips.
    pub counted: usize,
    pub not_matched: Vec<NotMatched>,
    pub playlists: Vec<PlaylistReport>,
}

#[derive(Debug, Serialize)]
pub struct NotMatched {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// It is no file but an address of the net, which is not imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Several tracks here could be meant; otherwise none.
    pub ambiguous: bool,
}

#[derive(Debug, Serialize)]
pub struct PlaylistReport {
    pub name: String,
    pub kind: &'static str,
    pub outcome: ListOutcome,
    /// Tracks of it that are in the library, and that are not.
    pub tracks: usize,
    pub missing: usize,
    /// Why its rules were not kept, or it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What of it does not hold together in the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub oddities: Vec<Oddity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListOutcome {
    /// Nothing was sent: only tried.
    Tried,
    Made,
    Updated,
    Unchanged,
    /// There was nothing to keep.
    LeftOut,
    Refused,
    /// Its turn did not come: it was stopped.
    NotSent,
}

impl Report {
    /// Whether everything arrived as it was.
    pub fn is_whole(&self) -> bool {
        let list = |list: &PlaylistReport| !list.is_odd() && list.outcome != ListOutcome::Refused;
        !self.stopped
            && self.files.iter().all(|file| file.error.is_none() && file.not_matched.is_empty() && file.playlists.iter().all(list))
    }

    /// Whether no file could be taken.
    pub fn is_failure(&self) -> bool {
        !self.files.is_empty() && self.files.iter().all(|file| file.error.is_some())
    }
}

impl PlaylistReport {
    /// Whether something of it is otherwise than it was.
    fn is_odd(&self) -> bool {
        self.reason.is_some() || self.missing > 0 || !self.oddities.is_empty()
    }
}

impl FileReport {
    /// Counts how tracks were found, and names those that were not.
    pub(super) fn count(&mut self, tracks: &[ForeignTrack], outcomes: &[Outcome]) {
        self.tracks = tracks.len();
        for (track, outcome) in tracks.iter().zip(outcomes) {
            match outcome {
                Outcome::Matched { way, .. } => {
                    *self.matched.entry(*way).or_default() += 1;
                    self.stars += usize::from(track.made.rating.is_some());
                    self.loved += usize::from(track.made.loved == Some(true));
                    self.counted += usize::from(track.made.plays > 0 || track.made.skips > 0);
                }
                Outcome::Ambiguous | Outcome::Missing => self.not_matched.push(NotMatched {
                    artist: track.artist.clone(),
                    title: track.title.clone(),
                    path: track.place.as_ref().map(|place| place.as_str().to_owned()),
                    address: track.address.clone().filter(|_| track.place.is_none()),
                    ambiguous: *outcome == Outcome::Ambiguous,
                }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        let track =
            NotMatched { artist: None, title: Some("\u{1b}[2Jx\n\u{202e}y".to_owned()), path: None, address: None, ambiguous: true };
        let file = FileReport { file: "a\u{7}.xml".to_owned(), not_matched: vec![track], ..FileReport::default() };
        let text = Report { dry_run: true, files: vec![file], ..Report::default() }.to_string();
        assert!(text.contains("    [2Jx y (several could be meant)\n"), "{text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n') && !text.contains('\u{202e}'));
    }

    #[test]
    fn what_is_left_out_is_named_and_counted_by_kind() {
        let track = |title: &str, path: Option<&str>, address: Option<&str>| NotMatched {
            artist: None,
            title: (!title.is_empty()).then(|| title.to_owned()),
            path: path.map(str::to_owned),
            address: address.map(str::to_owned),
            ambiguous: false,
        };
        let list = |name: &str, outcome, reason: Option<&str>, oddities: &[Oddity]| PlaylistReport {
            name: name.to_owned(),
            kind: "list",
            outcome,
            tracks: 2,
            missing: 0,
            reason: reason.map(str::to_owned),
            oddities: oddities.to_vec(),
        };
        let file = FileReport {
            file: "a.xml".to_owned(),
            not_matched: vec![
                track("Radio", None, Some("http://radio.example/x")),
                track("", None, Some("http://b.example")),
                track("", Some("/a"), None),
            ],
            playlists: vec![
                list("Odd", ListOutcome::Made, None, &[Oddity::UnknownFolder, Oddity::UnknownTracks { count: 1 }]),
                list("Ring", ListOutcome::Unchanged, None, &[Oddity::FolderInItself]),
                list("Still", ListOutcome::Made, Some("Playlist"), &[]),
                list("Bin", ListOutcome::Refused, Some("it is in the trash"), &[]),
                list("Empty", ListOutcome::LeftOut, Some("Playlist"), &[]),
                list("Whole", ListOutcome::Made, None, &[]),
            ],
            ..FileReport::default()
        };
        let text = file.to_string();
        for line in [
            "    Radio: an address of the net, left out: http://radio.example/x\n",
            "    an address of the net, left out: http://b.example\n",
            "    /a\n",
            "    Odd: 2 tracks; the folder it was in is not in the file: it is at the top; 1 item names no track of the file\n",
            "    Ring: 2 tracks; it was within itself: it is at the top\n",
            "    Still: 2 tracks; kept as a plain list, its rules are not understood: Playlist\n",
            "    Bin: 2 tracks; refused: it is in the trash\n",
            "    Empty: 2 tracks; left out, its rules are not understood and nothing of it is told: Playlist\n",
            "  not as it was: 1 track not found, 2 addresses of the net, 1 item that names no track, 1 playlist refused, 1 playlist left out, \
             1 smart playlist kept as a plain list, 2 playlists not in their folder\n",
        ] {
            assert!(text.contains(line), "{line}{text}");
        }
        assert!(!text.contains("Whole"));
        let whole = FileReport { playlists: vec![list("Whole", ListOutcome::Made, None, &[])], ..FileReport::default() };
        assert!(!whole.to_string().contains("not as it was") && Report { files: vec![whole], ..Report::default() }.is_whole());
        assert!(!Report { files: vec![file], ..Report::default() }.is_whole());
    }
}
