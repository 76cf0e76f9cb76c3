//! Libraries that moved, and songs that look alike.

use super::*;
use crate::host::import::place::Place;
use crate::host::library::Candidate;
use crate::types::{TrackId, UnixMs};

fn candidate(path: &str, title: &str, artist: &str, album: &str, track_no: u32, seconds: u64) -> Candidate {
    Candidate {
        id: TrackId::new(UnixMs(1), [track_no as u8; 10]),
        path: path.to_owned(),
        title: title.to_owned(),
        artist: Some(artist.to_owned()),
        album_artist: None,
        album: Some(album.to_owned()),
        track_no: Some(track_no),
        disc_no: None,
        duration_ms: seconds * 1000,
        present: true,
        added_ms: 0,
    }
}

fn foreign(place: &str, title: &str, artist: &str, album: &str, track_no: u32, seconds: u64) -> ForeignTrack {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    ForeignTrack {
        place: Place::parse(place, None),
        title: some(title),
        artist: some(artist),
        album: some(album),
        track_no: (track_no > 0).then_some(track_no),
        duration_ms: (seconds > 0).then_some(seconds * 1000),
        ..ForeignTrack::default()
    }
}

fn shelf(tracks: Vec<Candidate>) -> Shelf {
    Shelf::new(tracks, Mapping { media: vec!["/media/music".into()], moved: Vec::new() })
}

fn library() -> Shelf {
    shelf(vec![
        candidate("/media/music/Björk/Homogenic/02 Jóga.flac", "Jóga", "Björk", "Homogenic", 2, 305),
        candidate("/media/music/Björk/Post/02 Hyperballad.flac", "Hyperballad", "Björk", "Post", 2, 321),
        candidate("/media/music/Various/Hits/02 Hyperballad.mp3", "Hyperballad", "Björk; Guest", "Hits", 2, 245),
        candidate("/media/music/a.mp3", "A", "Ann", "X", 1, 100),
        candidate("/media/music/A.mp3", "A (live)", "Ann", "X", 2, 200),
    ])
}

fn way(outcome: Outcome) -> Option<(u32, Way)> {
    match outcome {
        Outcome::Matched { track, way } => Some((track, way)),
        Outcome::Ambiguous | Outcome::Missing => None,
    }
}

fn one(track: ForeignTrack) -> Option<(u32, Way)> {
    way(matched(&[track], &library())[0])
}

#[test]
fn each_way_finds_its_track() {
    assert_eq!(one(foreign("/media/music/BJÖRK/homogenic/02 Jo\u{301}ga.flac", "", "", "", 0, 0)), Some((0, Way::Path)));
    assert_eq!(one(foreign(r"D:\Musik\Björk\Homogenic\02 Jóga.flac", "", "", "", 0, 0)), Some((0, Way::Ending)));
    assert_eq!(one(foreign("/old/02 Jóga.flac", "x", "y", "", 0, 304)), Some((0, Way::Ending)));
    assert_eq!(one(foreign("", "JOGA", "bjork", "Homogenic", 2, 306)), Some((0, Way::Album)));
    assert_eq!(one(foreign("", "Hyperballad", "Björk", "", 0, 320)), Some((1, Way::Song)));
    assert_eq!(one(foreign("", "Hyperballad", "Guest", "", 0, 246)), Some((2, Way::Song)));
    let by_id = ForeignTrack { id: Some(library().track(1).id), ..foreign("/media/music/a.mp3", "", "", "", 0, 0) };
    assert!(matches!(one(by_id), Some((_, Way::Id))));
}

#[test]
fn what_is_not_sure_is_not_taken() {
    // Two versions, and nothing that tells which.
    assert_eq!(matched(&[foreign("", "Hyperballad", "Björk", "", 0, 0)], &library()), [Outcome::Ambiguous]);
    // The name alone, and another length.
    assert_eq!(matched(&[foreign("/old/02 Jóga.flac", "Other", "y", "", 0, 100)], &library()), [Outcome::Missing]);
    // The same folder and name, but another song.
    assert_eq!(matched(&[foreign("/old/Hits/02 Hyperballad.mp3", "Else", "y", "", 0, 100)], &library()), [Outcome::Missing]);
    assert_eq!(matched(&[foreign("", "Jóga", "Björk", "Homogenic", 3, 305)], &shelf(Vec::new())), [Outcome::Missing]);
}

#[test]
fn names_that_differ_by_case_are_told_apart() {
    assert_eq!(one(foreign("/media/music/a.mp3", "", "", "", 0, 0)), Some((3, Way::Path)));
    assert_eq!(one(foreign("/media/music/A.mp3", "", "", "", 0, 0)), Some((4, Way::Path)));
}

#[test]
fn a_moved_library_is_laid_over_the_media_folder() {
    let tracks = [
        foreign("file://localhost/C:/Users/Ann/iTunes/Music/Bjo%CC%88rk/Homogenic/02%20Jo%CC%81ga.flac", "", "", "", 0, 0),
        foreign("file://localhost/C:/Users/Ann/iTunes/Music/Bj%C3%B6rk/Post/02%20Hyperballad.flac", "", "", "", 0, 0),
        foreign("file://localhost/C:/Users/Ann/iTunes/Music/Various/Hits/02%20Hyperballad.mp3", "", "", "", 0, 0),
        foreign("file://localhost/C:/Users/Ann/iTunes/Music/Various/Hits/03%20Gone.mp3", "Gone", "X", "Hits", 3, 100),
    ];
    let found: Vec<_> = matched(&tracks, &library()).into_iter().map(way).collect();
    assert_eq!(found, [Some((0, Way::Moved)), Some((1, Way::Moved)), Some((2, Way::Moved)), None]);
}

#[test]
fn a_folder_that_was_told_is_believed() {
    let mapping = Mapping {
        media: vec!["/media/music".into()],
        moved: vec![(Place::parse(r"E:\Old Stuff", None).expect("a place"), Place::parse("/media/music/Björk", None).expect("a place"))],
    };
    let shelf = Shelf::new(library().tracks, mapping);
    let found = matched(&[foreign(r"e:\old stuff\Post\02 Hyperballad.flac", "", "", "", 0, 0)], &shelf);
    assert_eq!(way(found[0]), Some((1, Way::Path)));
}

#[test]
fn two_tracks_become_one_only_when_they_are_the_same() {
    let joga = |place: &str, seconds| foreign(place, "Jóga", "Björk", "Homogenic", 2, seconds);
    // One file twice, and the same song of a file that is gone: one track.
    let same = [
        joga("/media/music/Björk/Homogenic/02 Jóga.flac", 305),
        joga("/media/music/björk/homogenic/02 jóga.flac", 305),
        joga("/gone/x.mp3", 306),
    ];
    let found: Vec<_> = matched(&same, &library()).into_iter().map(way).collect();
    assert_eq!(found, [Some((0, Way::Path)), Some((0, Way::Path)), Some((0, Way::Album))]);
    // Another song that only its title would bring there: none.
    let other = [joga("/media/music/Björk/Homogenic/02 Jóga.flac", 305), foreign("/gone/x.mp3", "Jóga", "Björk", "", 0, 304)];
    assert_eq!(matched(&other, &library())[1], Outcome::Missing);
    // Two that nothing tells apart but that are not the same: neither.
    let both = [foreign("", "Jóga", "Björk", "Live", 1, 305), foreign("", "Jóga", "Björk", "Best", 9, 305)];
    assert_eq!(matched(&both, &library()), [Outcome::Ambiguous, Outcome::Ambiguous]);
}
