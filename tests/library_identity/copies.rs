//! Files of which there are several.

use std::collections::HashSet;
use std::fs;

use iroam::protocol::SortKey;

use crate::host_kit::{Home, everything, ffmpeg, rows};
use crate::songs::song;

#[test]
fn a_copy_is_a_track_of_its_own_and_the_first_one_keeps_its_id() {
    let home = Home::new();
    let path = home.media.join("b.mp3");
    song(&path, 0);
    home.scan();
    let before = rows(&home.library(), &everything(SortKey::Title)).remove(0).id;
    for name in ["a.mp3", "c.mp3"] {
        fs::copy(&path, home.media.join(name)).expect("copied");
    }
    assert_eq!((home.scan().added, home.scan().unchanged), (2, 3));
    assert!(rows(&home.library(), &everything(SortKey::Title)).iter().all(|row| row.duplicate));
    let ids: HashSet<_> = rows(&home.library(), &everything(SortKey::Title)).into_iter().map(|row| row.id).collect();
    assert_eq!((ids.len(), ids.contains(&before)), (3, true));
}

#[test]
fn a_song_in_another_format_is_there_twice_and_no_longer_when_one_is_gone() {
    let home = Home::new();
    let both = [("title", "Jóga"), ("artist", "Björk")];
    home.song("a.mp3", &both);
    let other = home.song("b.flac", &[("title", "JOGA"), ("artist", "björk")]);
    let another = ["-f", "lavfi", "-i", "sine=300:duration=1"];
    ffmpeg(&another, &[("title", "Hunter"), ("artist", "Björk")], &home.media.join("c.flac"));
    home.scan();
    let told = || -> Vec<bool> { rows(&home.library(), &everything(SortKey::Title)).iter().map(|row| row.duplicate).collect() };
    assert_eq!(told(), [false, true, true]);
    fs::remove_file(other).expect("removed");
    home.scan();
    assert_eq!(told(), [false, false]);
}

#[test]
fn another_data_folder_has_other_ids_for_the_same_songs() {
    let ids = || {
        let home = Home::new();
        song(&home.media.join("a.mp3"), 0);
        song(&home.media.join("b/a.mp3"), 0);
        home.scan();
        rows(&home.library(), &everything(SortKey::Title)).into_iter().map(|row| row.id).collect::<HashSet<_>>()
    };
    let (one, other) = (ids(), ids());
    assert_eq!((one.len(), other.len(), one.intersection(&other).count()), (2, 2, 0));
}
