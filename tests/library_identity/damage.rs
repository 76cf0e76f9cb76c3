//! An index whose bytes a disk has changed.

use std::fs;
use std::path::{Path, PathBuf};

use iroam::protocol::SortKey;
use rusqlite::Connection;

use crate::host_kit::{Home, LISTENER, everything, rows, scan};
use crate::songs::{ids, song, songs};

fn set_aside(home: &Home) -> Vec<PathBuf> {
    let listed = fs::read_dir(&home.data).expect("listed").map(|entry| entry.expect("listed").path());
    let is_index = |path: &PathBuf| {
        path.to_string_lossy().contains("library.db.damaged-")
            && path.extension().is_some_and(|end| !end.to_string_lossy().contains("-wal") && !end.to_string_lossy().contains("-shm"))
    };
    listed.filter(is_index).collect()
}

/// What listeners made lies in a file of its own, which has the key of ids as well.
fn listeners(home: &Home) {
    let path = home.data.join("listeners.db");
    if !path.exists() {
        let listeners = Connection::open(path).expect("made");
        listeners.execute_batch(include_str!("../../src/host/library/listeners/0001_first.sql")).expect("its tables");
        listeners.pragma_update(None, "user_version", 1).expect("a version");
    }
}

/// Overwrites some pages with noise.
fn damage(index: &Path, seed: u64) {
    let mut bytes = fs::read(index).expect("read");
    let pages = bytes.len() as u64 / 4096;
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    for _ in 0..1 + seed % 5 {
        let page = (next() % pages) as usize * 4096;
        bytes[page..page + 4096].fill_with(|| next() as u8);
    }
    fs::write(index, bytes).expect("written");
}

#[test]
fn whatever_pages_are_damaged_the_next_scan_makes_an_index_with_the_same_ids() {
    let home = Home::new();
    let index = home.data.join("library.db");
    listeners(&home);
    songs(&home, 60);
    home.scan();
    let before = ids(&home.library());
    let (mut kept, mut replaced) = (fs::read(&index).expect("read"), 0);
    for seed in 0..24 {
        fs::write(&index, &kept).expect("written");
        damage(&index, seed);
        let library = home.library();
        scan(&library, std::slice::from_ref(&home.media));
        // What no scan reads is met by who lists it, and the next scan begins with that.
        if library.browse(LISTENER, &everything(SortKey::Title)).is_err() {
            scan(&library, std::slice::from_ref(&home.media));
        }
        let after = ids(&library);
        assert_eq!(after, before, "seed {seed}");
        drop(library);
        replaced += set_aside(&home).len();
        for path in set_aside(&home) {
            fs::remove_file(path).expect("removed");
        }
        kept = fs::read(&index).expect("read");
    }
    assert!(replaced > 0);
}

#[test]
fn a_file_that_is_no_index_at_all_is_kept_aside() {
    let home = Home::new();
    let index = home.data.join("library.db");
    songs(&home, 6);
    home.scan();
    fs::write(&index, b"this was once an index, before the disk failed").expect("written");
    assert_eq!(home.scan().added, 6);
    assert_eq!(rows(&home.library(), &everything(SortKey::Title)).len(), 6);
    assert_eq!(fs::read(&set_aside(&home)[0]).expect("kept"), b"this was once an index, before the disk failed");
}

#[test]
fn when_a_track_was_added_is_saved_from_a_damaged_index() {
    let home = Home::new();
    let index = home.data.join("library.db");
    let paths = songs(&home, 6);
    home.scan();
    // One whose sound is not what its id was made of.
    song(&paths[0], 600);
    home.scan();
    let before = rows(&home.library(), &everything(SortKey::Title));
    // Only who is named: no row of a track is touched.
    let page: i64 = {
        let connection = Connection::open(&index).expect("opens");
        connection.pragma_update(None, "wal_checkpoint", "TRUNCATE").ok();
        connection.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'artist'", [], |row| row.get(0)).expect("a table")
    };
    let mut bytes = fs::read(&index).expect("read");
    bytes[(page as usize - 1) * 4096..page as usize * 4096].fill(0xee);
    fs::write(&index, bytes).expect("written");
    std::thread::sleep(std::time::Duration::from_millis(5));
    assert_eq!(home.scan().added, 6);
    let after = rows(&home.library(), &everything(SortKey::Title));
    let told = |rows: &[iroam::protocol::TrackRow]| rows.iter().map(|row| (row.id, row.added_at.clone())).collect::<Vec<_>>();
    assert_eq!(told(&after), told(&before));
}

#[test]
fn an_index_that_was_lost_comes_back_with_the_same_ids() {
    let home = Home::new();
    listeners(&home);
    songs(&home, 6);
    home.scan();
    drop(home.library());
    let before = ids(&home.library());
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(home.data.join(format!("library.db{end}")));
    }
    assert_eq!(home.scan().added, 6);
    assert_eq!(ids(&home.library()), before);
}
