//! Damage of every kind, seeded: what reads is kept, what does not comes from the copies.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rusqlite::params;

use super::Listeners;
use super::copies;
use super::db::open_to_read;
use crate::types::{TrackId, UnixMs, UserId};

const PAGE: u64 = 4096;
const ROWS: u16 = 3_000;

fn listener() -> UserId {
    UserId::new(UnixMs(7), [7; 10])
}

fn track(n: u16) -> TrackId {
    TrackId::new(UnixMs(i64::from(n) * 7919 % 65_536), [3; 10])
}

fn rate(listeners: &Listeners, tracks: impl Iterator<Item = u16>, rating: u8, now: i64) {
    let sql = "INSERT INTO listened (listener, track, plays, rating, updated_ms) VALUES (?, ?, 1, ?, ?)
               ON CONFLICT (listener, track) DO UPDATE SET rating = excluded.rating, updated_ms = excluded.updated_ms";
    let tracks: Vec<u16> = tracks.collect();
    let done = listeners.write(|change| {
        for n in &tracks {
            change.prepare_cached(sql)?.execute(params![listener().0.as_bytes(), track(*n).0.as_bytes(), rating, now])?;
        }
        Ok(())
    });
    done.expect("written");
}

fn ratings(listeners: &Listeners) -> BTreeMap<TrackId, u8> {
    let read = listeners.read(|file| {
        let mut statement = file.prepare("SELECT track, rating FROM listened WHERE listener = ?")?;
        let rows = statement.query_map([listener().0.as_bytes()], |row| Ok((TrackId(uuid::Uuid::from_bytes(row.get(0)?)), row.get(1)?)))?;
        rows.collect()
    });
    read.expect("reads")
}

/// A closed file with [`ROWS`] rows of 40, and a copy of it if so wished.
fn made(data: &Path, with_copy: bool) -> PathBuf {
    let listeners = Listeners::open(data).expect("made");
    rate(&listeners, 0..ROWS, 40, 1);
    let path = listeners.path.clone();
    drop(listeners);
    if with_copy {
        let folder = data.join("listeners-copies");
        fs::create_dir_all(&folder).expect("made");
        fs::copy(&path, folder.join("day-000001.db")).expect("copied");
        assert_eq!(copies::all(&path).len(), 1);
    }
    path
}

fn overwrite(path: &Path, page: u64, bytes: &[u8]) {
    let file = fs::OpenOptions::new().write(true).open(path).expect("there");
    file.write_all_at(bytes, page * PAGE).expect("written");
}

fn is_kept_aside(data: &Path) -> bool {
    fs::read_dir(data).expect("listed").flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("listeners.db.damaged-"))
}

#[test]
fn a_leaf_that_is_lost_takes_only_its_own_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = made(folder.path(), false);
    // A leaf of the table itself, found by what it holds.
    let leaf = (2..).find(|page| holds_rows(&path, *page)).expect("there is one");
    overwrite(&path, leaf, &[0xa5; PAGE as usize]);
    let kept = ratings(&Listeners::open(folder.path()).expect("recovered")).len();
    assert!(kept < usize::from(ROWS) && kept + 100 > usize::from(ROWS), "{kept}");
    assert!(is_kept_aside(folder.path()));
}

fn holds_rows(path: &Path, page: u64) -> bool {
    let mut bytes = [0; PAGE as usize];
    fs::File::open(path).expect("there").read_exact_at(&mut bytes, page * PAGE).expect("within the file");
    // 13: a leaf of a table (SQLite's file format, 1.6).
    bytes[0] == 13 && bytes.windows(16).any(|window| window == listener().0.as_bytes())
}

#[test]
fn what_is_newer_holds_whether_it_lies_in_the_file_or_in_its_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = made(folder.path(), true);
    let listeners = Listeners::open(folder.path()).expect("opens");
    rate(&listeners, 0..10, 100, 2);
    drop(listeners);
    // The root of the schema stays, all else of the first page goes: the copy alone reads.
    overwrite(&path, 0, b"this is no database");
    let recovered = ratings(&Listeners::open(folder.path()).expect("recovered"));
    assert_eq!((recovered.len(), recovered[&track(5)]), (usize::from(ROWS), 40));

    // A sound file that lost an index keeps what is newer than the copy.
    let listeners = Listeners::open(folder.path()).expect("opens");
    rate(&listeners, 0..10, 60, 3);
    drop(listeners);
    let index: i64 = open_to_read(&path)
        .expect("opens")
        .query_row("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_listened_1'", [], |row| row.get(0))
        .expect("there");
    overwrite(&path, u64::try_from(index - 1).expect("a page"), &[0; 100]);
    let recovered = ratings(&Listeners::open(folder.path()).expect("recovered"));
    assert_eq!((recovered.len(), recovered[&track(5)], recovered[&track(50)]), (usize::from(ROWS), 60, 40));
}

#[test]
fn a_recovery_that_was_killed_before_its_end_is_finished_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = made(folder.path(), false);
    // The new file is complete; the old one's log was moved, itself not.
    fs::copy(&path, folder.path().join("listeners.db.recovered")).expect("copied");
    overwrite(&path, 0, &[0; 4096]);
    let listeners = Listeners::open(folder.path()).expect("opens");
    assert_eq!(ratings(&listeners).len(), usize::from(ROWS));
    assert!(is_kept_aside(folder.path()) && !folder.path().join("listeners.db.recovered").exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Pages filled with noise or nothing, or cut off: with a copy of the day before all is there, and newer stars where they read.
    #[test]
    fn nothing_that_a_copy_holds_is_ever_lost(
        seed in any::<u8>(), pages in prop::collection::vec((any::<prop::sample::Index>(), 0usize..4000, 1usize..4096), 1..6), cut in prop::option::of(0.1f64..1.0),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = made(folder.path(), true);
        let listeners = Listeners::open(folder.path()).expect("opens");
        rate(&listeners, 0..50, 80, 2);
        drop(listeners);
        let size = fs::metadata(&path).expect("there").len();
        for (page, from, length) in pages {
            let length = length.min(PAGE as usize - from);
            let noise: Vec<u8> = (0..length).map(|at| (at as u8).wrapping_mul(31) ^ seed).collect();
            let file = fs::OpenOptions::new().write(true).open(&path).expect("there");
            file.write_all_at(&noise, page.index((size / PAGE) as usize) as u64 * PAGE + from as u64).expect("written");
        }
        if let Some(part) = cut {
            fs::OpenOptions::new().write(true).open(&path).expect("there").set_len((size as f64 * part) as u64).expect("cut");
        }
        let recovered = ratings(&Listeners::open(folder.path()).expect("opens or recovers"));
        // Without a checksum noise within a value passes for one: it is the rows that may not go.
        for n in 0..ROWS {
            prop_assert!(recovered.contains_key(&track(n)), "{n}");
        }
    }
}
