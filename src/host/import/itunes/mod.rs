//! `iTunes Library.xml`, `iTunes Music Library.xml`, `Library.xml`: what iTunes and Music export.

mod criteria;
mod fields;
mod playlist;
mod track;

use std::collections::HashMap;
use std::io::BufRead;

pub use criteria::{NotUnderstood, rules};

use super::error::ImportError;
use super::model::{Content, ForeignPlaylist, Format, Imported, PLAYLISTS_MAX, TRACKS_MAX};
use super::plist::Plist;
use playlist::Raw;

/// Reads a whole library, one track after another.
pub fn read(input: impl BufRead) -> Result<Imported, ImportError> {
    let mut plist = Plist::new(input)?;
    if !plist.enter_dict()? {
        return Err(ImportError::UnknownKind);
    }
    let mut tracks = Vec::new();
    let mut numbers = HashMap::new();
    let mut raw = Vec::new();
    while let Some(key) = plist.key()? {
        match key.as_str() {
            "Tracks" => {
                if !plist.enter_dict()? {
                    continue;
                }
                while plist.key()?.is_some() {
                    if !plist.enter_dict()? {
                        continue;
                    }
                    let (number, track) = track::read(&mut plist)?;
                    if let Some(number) = number {
                        numbers.insert(number, tracks.len() as u32);
                    }
                    tracks.push(track);
                    if tracks.len() > TRACKS_MAX {
                        return Err(ImportError::TooMuch("more tracks than can be"));
                    }
                }
            }
            "Playlists" => {
                let mut entries = 0;
                plist.dicts(|plist| {
                    raw.push(playlist::read(plist, &mut entries)?);
                    if raw.len() > PLAYLISTS_MAX { Err(ImportError::TooMuch("more playlists than can be")) } else { Ok(()) }
                })?;
            }
            _ => drop(plist.scalar()?),
        }
    }
    plist.finish()?;
    let playlists = tree(raw, &numbers);
    Ok(Imported { format: Format::Itunes, tracks, playlists })
}

/// The playlists that people made, parents before children. One whose parent is not there, or is below itself, is at the top.
fn tree(raw: Vec<Raw>, numbers: &HashMap<i64, u32>) -> Vec<ForeignPlaylist> {
    let mut pending: Vec<Raw> = raw.into_iter().filter(Raw::is_peoples).collect();
    let known: HashMap<String, ()> = pending.iter().filter(|raw| raw.folder).map(|raw| (raw.id.clone(), ())).collect();
    let mut placed: HashMap<String, usize> = HashMap::new();
    let mut playlists = Vec::with_capacity(pending.len());
    while !pending.is_empty() {
        let before = pending.len();
        let mut later = Vec::new();
        for raw in pending {
            let parent = raw.parent.as_ref().filter(|parent| known.contains_key(*parent));
            let parent = match parent {
                None => None,
                Some(parent) => match placed.get(parent) {
                    Some(at) => Some(*at),
                    None => {
                        later.push(raw);
                        continue;
                    }
                },
            };
            if raw.folder {
                placed.insert(raw.id.clone(), playlists.len());
            }
            playlists.push(raw.into_playlist(parent, numbers));
        }
        // Folders within each other hang on nothing: the first of them comes to the top.
        if later.len() == before {
            later[0].parent = None;
        }
        pending = later;
    }
    playlists
}

impl Raw {
    fn into_playlist(self, parent: Option<usize>, numbers: &HashMap<i64, u32>) -> ForeignPlaylist {
        let tracks: Vec<u32> = self.entries.iter().filter_map(|number| numbers.get(number).copied()).collect();
        let content = match (self.folder, &self.criteria) {
            (true, _) => Content::Folder,
            (false, None) => Content::Tracks(tracks),
            (false, Some(criteria)) => match rules(self.info.as_deref().unwrap_or_default(), criteria) {
                Ok(rules) => Content::Smart { rules, tracks },
                Err(NotUnderstood(reason)) => Content::Frozen { tracks, reason },
            },
        };
        ForeignPlaylist { origin: format!("itunes:{}", self.id), name: self.name, parent, content }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::UnixMs;

    fn library(tracks: &str, playlists: &str) -> Imported {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple Computer//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">
            <plist version=\"1.0\"><dict><key>Major Version</key><integer>1</integer><key>Tracks</key><dict>{tracks}</dict><key>Playlists</key><array>{playlists}</array></dict></plist>"
        );
        read(text.as_bytes()).expect("a library")
    }

    #[test]
    fn a_track_brings_what_its_listener_made() {
        let found = library(
            "<key>7</key><dict><key>Track ID</key><integer>7</integer><key>Name</key><string>So What</string><key>Artist</key><string>Miles</string>
            <key>Album Rating</key><integer>100</integer><key>Rating</key><integer>80</integer><key>Play Count</key><integer>12</integer>
            <key>Play Date</key><integer>3300000000</integer><key>Play Date UTC</key><date>2009-02-13T23:31:30Z</date><key>Skip Count</key><integer>2</integer>
            <key>Total Time</key><integer>545000</integer><key>Loved</key><true/><key>Location</key><string>file:///Users/a/So%20What.m4a</string></dict>
            <key>8</key><dict><key>Track ID</key><integer>8</integer><key>Rating</key><integer>60</integer><key>Rating Computed</key><true/><key>Disliked</key><true/></dict>",
            "",
        );
        let [first, second] = &found.tracks[..] else { panic!("two tracks: {found:?}") };
        assert_eq!(first.title.as_deref(), Some("So What"));
        assert_eq!((first.made.rating, first.made.loved, first.made.plays, first.made.skips), (Some(80), Some(true), 12, 2));
        assert_eq!((first.made.last_played, first.duration_ms), (Some(UnixMs(1_234_567_890_000)), Some(545_000)));
        assert_eq!(first.place.as_ref().map(|place| place.as_str()), Some("/Users/a/So What.m4a"));
        assert_eq!((second.made.rating, second.made.loved), (None, Some(false)));
    }

    #[test]
    fn playlists_keep_their_folders_and_the_programs_own_are_left_out() {
        let list = |id: &str, more: &str| {
            format!(
                "<dict><key>Name</key><string>{id}</string><key>Playlist Persistent ID</key><string>{id}</string>{more}
                <key>Playlist Items</key><array><dict><key>Track ID</key><integer>7</integer></dict><dict><key>Track ID</key><integer>99</integer></dict></array></dict>"
            )
        };
        let parent = |id: &str| format!("<key>Parent Persistent ID</key><string>{id}</string>");
        let folder = "<key>Folder</key><true/>";
        let playlists = [
            list("library", "<key>Master</key><true/>"),
            list("music", "<key>Distinguished Kind</key><integer>4</integer><key>Music</key><true/>"),
            list("child", &parent("folder")),
            list("folder", folder),
            list("orphan", &parent("nowhere")),
            list("a", &format!("{folder}{}", parent("b"))),
            list("b", &format!("{folder}{}", parent("a"))),
        ];
        let found = library("<key>7</key><dict><key>Track ID</key><integer>7</integer></dict>", &playlists.concat());
        let names: Vec<_> =
            found.playlists.iter().map(|list| (list.name.as_str(), list.parent.map(|at| found.playlists[at].name.as_str()))).collect();
        assert_eq!(names, [("folder", None), ("orphan", None), ("child", Some("folder")), ("a", None), ("b", Some("a"))]);
        assert_eq!(found.playlists[2].content, Content::Tracks(vec![0]));
        assert_eq!(found.playlists[0].content, Content::Folder);
        assert_eq!(found.playlists[2].origin, "itunes:child");
    }
}
