//! Files that are not as they were left.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rusqlite::Connection;

use super::kit::{add, database, keys, keys_read, open_at};
use crate::store::{NewUser, StoreError};
use crate::types::{Secret, UnixMs, UserId};

fn overwrite(path: &Path, place: u64, length: usize) {
    let file = OpenOptions::new().write(true).open(path).expect("the file opens");
    file.write_all_at(&vec![0xa5; length], place).expect("it can be written");
}

fn fill(path: &Path, keys: std::ops::Range<i64>) -> Connection {
    let db = Connection::open(path).expect("the file opens");
    for key in keys {
        db.execute("INSERT INTO notes VALUES (?1, ?2)", (key, "text ".repeat(100))).expect("a note");
    }
    db
}

#[tokio::test]
async fn refuses_a_file_whose_beginning_is_damaged() {
    let database = database();
    overwrite(&database.path, 0, 64);
    let refused = open_at(&database.path).await.err().expect("refused").to_string();
    assert!(refused.contains(&database.path.display().to_string()), "{refused}");
    assert!(refused.contains("its beginning is damaged") && refused.contains("restore it from a backup"), "{refused}");
}

#[tokio::test]
async fn refuses_a_file_whose_schema_is_damaged() {
    let database = database();
    overwrite(&database.path, 100, 3000);
    let refused = open_at(&database.path).await.err().expect("refused").to_string();
    assert!(refused.contains(&database.path.display().to_string()), "{refused}");
    assert!(refused.contains("restore it from a backup"), "{refused}");
}

#[tokio::test]
async fn a_damaged_page_stops_only_what_needs_it() {
    let database = database();
    let db = fill(&database.path, 0..200);
    let root: u32 = db.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'notes'", [], |row| row.get(0)).expect("a page");
    drop(db);
    overwrite(&database.path, u64::from(root - 1) * 4096, 4096);
    let store = open_at(&database.path).await.expect("opens");
    for damaged in [keys_read(&store).await.err(), add(&store, 1000, "more").await.err()] {
        let damaged = damaged.expect("an error");
        assert!(matches!(&damaged, StoreError::Corrupt(detail) if detail.contains(&database.path.display().to_string())), "{damaged}");
        assert!(damaged.to_string().contains("restore it from a backup"));
    }
    assert!(store.add_user(a_user()).await.expect("the writer goes on"));
    assert_eq!(store.users().await.expect("so do the readers").len(), 1);
}

fn a_user() -> NewUser {
    let created_at = UnixMs(1_750_000_000_000);
    NewUser {
        id: UserId::new(created_at, [1; 10]),
        name: "ann".to_owned(),
        password_phc: Secret::new("$argon2id$…".to_owned()),
        created_at,
    }
}

/// The log as a power cut may leave it: what is whole of it counts, up to the first that is not.
#[tokio::test]
async fn a_torn_log_loses_its_end_alone() {
    for (cut, damaged) in [(5000, 0), (0, 5000), (30_000, 1)] {
        let database = database();
        let writing = fill(&database.path, 0..60);
        let folder = tempfile::tempdir().expect("a folder");
        let copy = folder.path().join("db");
        let (log, log_copy) = (database.folder.path().join("db-wal"), folder.path().join("db-wal"));
        std::fs::copy(&database.path, &copy).expect("a copy");
        let length = std::fs::copy(&log, &log_copy).expect("a copy");
        drop(writing);
        OpenOptions::new().write(true).open(&log_copy).and_then(|file| file.set_len(length - cut)).expect("it is cut");
        overwrite(&log_copy, length - cut - damaged, usize::try_from(damaged).expect("a few bytes"));
        let store = open_at(&copy).await.expect("opens");
        let read = keys_read(&store).await.expect("reads");
        assert!((1..60).contains(&read.len()), "{}", read.len());
        add(&store, 1000, "after").await.expect("writes");
        let expected: Vec<_> = (0..).take(read.len()).chain([1000]).collect();
        assert_eq!(keys(&copy), expected);
    }
}
