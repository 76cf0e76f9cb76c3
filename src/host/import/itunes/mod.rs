//! `iTunes Library.xml`, `iTunes Music Library.xml`, `Library.xml`: what iTunes and Music export.

mod criteria;
mod fields;
mod playlist;
mod track;
mod tree;

use std::collections::HashMap;
use std::io::BufRead;

pub use criteria::rules;

use super::error::ImportError;
use super::model::{Format, Imported, PLAYLISTS_MAX, TRACKS_MAX};
use super::plist::Plist;
use tree::tree;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::import::model::{Content, Oddity};
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
        assert_eq!(names, [("folder", None), ("child", Some("folder")), ("orphan", None), ("a", None), ("b", Some("a"))]);
        assert_eq!(found.playlists[1].content, Content::Tracks(vec![0]));
        assert_eq!(found.playlists[0].content, Content::Folder);
        assert_eq!(found.playlists[1].origin, "itunes:child");
        let unknown = Oddity::UnknownTracks { count: 1 };
        let odd: Vec<_> = found.playlists.iter().map(|list| list.oddities.as_slice()).collect();
        assert_eq!(odd, [&[][..], &[unknown], &[Oddity::UnknownFolder, unknown], &[Oddity::FolderInItself], &[]]);
    }
}
