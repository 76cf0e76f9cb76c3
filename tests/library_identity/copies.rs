//! Files of which there are several.

use std::collections::HashSet;
use std::fs;

use iroam::protocol::{Browse, Only, Selection, SortKey};

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
fn what_is_the_same_comes_together_wherever_it_sorts_with_where_each_file_is() {
    let home = Home::new();
    let sine = |frequency: u32| format!("sine={frequency}:duration=1");
    let make = |name: &str, frequency: u32, title: &str, artist: &str| {
        fs::create_dir_all(home.media.join(name).parent().expect("a folder")).expect("made");
        ffmpeg(&["-f", "lavfi", "-i", &sine(frequency)], &[("title", title), ("artist", artist)], &home.media.join(name));
    };
    make("one/a.flac", 300, "Apple", "Ada");
    make("two/z.flac", 300, "Zebra", "Zoe");
    make("one/b.flac", 400, "Beech", "Bo");
    make("two/b.mp3", 400, "BEECH", "bo");
    make("one/c.flac", 500, "Cedar", "Cy");
    home.scan();
    let selection = Selection { only: Some(Only::Duplicates), ..Selection::default() };
    let told = |sort, descending, offset| -> Vec<_> {
        let browse = Browse { selection: selection.clone(), descending, files: true, together: true, offset, limit: 3, ..everything(sort) };
        rows(&home.library(), &browse).into_iter().map(|row| (row.title, row.group.expect("a group"))).collect()
    };
    let all = |titles: [(&str, u32); 3]| titles.map(|(title, group)| (title.to_owned(), group)).to_vec();
    assert_eq!(told(SortKey::Title, false, 0), all([("Apple", 0), ("Zebra", 0), ("Beech", 1)]));
    assert_eq!(told(SortKey::Title, false, 3), [("BEECH".to_owned(), 1)]);
    assert_eq!(told(SortKey::Title, true, 0)[..2], all([("Zebra", 0), ("Apple", 0), ("", 0)])[..2]);
    let browse = Browse { selection, files: true, ..everything(SortKey::Title) };
    let apart = rows(&home.library(), &browse);
    assert!(apart.iter().all(|row| row.group.is_none()));
    let file = apart[0].file.clone().expect("told");
    let path = home.media.join("one/a.flac");
    assert_eq!((home.media.join("one").to_str(), file.name.as_str()), (Some(file.folder.as_str()), "a.flac"));
    assert_eq!((file.size, file.missing_since_ms), (fs::metadata(path).expect("there").len(), None));
    assert!(rows(&home.library(), &everything(SortKey::Title)).iter().all(|row| row.file.is_none()));
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
