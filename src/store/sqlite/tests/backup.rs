//! Copies of files that are in use, and of those that are not as they should be.

use std::path::Path;

use rusqlite::Connection;

use super::kit::{add, database, keys, migrated, open_at};
use crate::auth::DeviceKey;
use crate::store::schema::{MIGRATIONS, current};
use crate::store::sqlite::migrate::APPLICATION_ID;
use crate::store::sqlite::{back_up, open};
use crate::store::{BackedUp, StoreError};

fn schema(path: &Path) -> i64 {
    Connection::open(path).and_then(|db| db.pragma_query_value(None, "user_version", |row| row.get(0))).expect("a number")
}

#[tokio::test]
async fn copies_what_stands_in_the_log() {
    let database = database();
    let store = open_at(&database.path).await.expect("opens");
    let server = DeviceKey::from_seed(&[1; 32]).public();
    store.claim_for_server(server).await.expect("claimed");
    for key in 0..10 {
        add(&store, key, "in the log").await.expect("saved");
    }
    let copy = database.folder.path().join("copy");
    let copied = back_up(&database.path, &copy).await.expect("copied");
    let bytes = std::fs::metadata(&copy).expect("a file").len();
    assert_eq!(copied, BackedUp { rows: 1, bytes, server_key: Some(server) });
    assert_eq!(keys(&copy), (0..10).collect::<Vec<_>>());
    add(&store, 10, "and on").await.expect("the source goes on");
    assert!(back_up(&database.path, &copy).await.is_err(), "a file is there");
}

#[tokio::test]
async fn an_older_schema_stays_in_the_copy_and_the_source() {
    let folder = tempfile::tempdir().expect("a folder");
    let [path, copy] = ["db", "copy"].map(|name| folder.path().join(name));
    let db = open::writer(&path).expect("a new file");
    db.execute_batch(MIGRATIONS[0]).expect("the first schema");
    db.pragma_update(None, "application_id", APPLICATION_ID).and_then(|()| db.pragma_update(None, "user_version", 1)).expect("marked");
    let copied = back_up(&path, &copy).await.expect("copied");
    assert_eq!((copied.rows, copied.server_key), (0, None));
    assert_eq!([schema(&path), schema(&copy)], [1, 1]);
    open_at(&copy).await.expect("brought up to date");
    assert_eq!([schema(&path), schema(&copy)], [1, current()]);
}

#[tokio::test]
async fn refuses_what_would_not_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let [half, newer, diary, copy] = ["half", "newer", "diary", "copy"].map(|name| folder.path().join(name));
    migrated(&half).execute_batch("CREATE TABLE iroam_move (source TEXT)").expect("a table");
    assert!(matches!(back_up(&half, &copy).await, Err(StoreError::Unfinished { .. })));
    migrated(&newer).pragma_update(None, "user_version", current() + 1).expect("an update");
    assert!(matches!(back_up(&newer, &copy).await, Err(StoreError::Newer { .. })));
    Connection::open(&diary).and_then(|db| db.execute_batch("CREATE TABLE diary (day TEXT)")).expect("another program's");
    assert!(matches!(back_up(&diary, &copy).await, Err(StoreError::Foreign { .. })));
    assert!(!copy.exists());
}

/// Each of the two reads well by itself.
#[tokio::test]
async fn finds_an_index_that_disagrees_with_its_table() {
    let database = database();
    let run = |sql: &str| Connection::open(&database.path).and_then(|db| db.execute_batch(sql)).expect("it runs");
    run(
        "CREATE INDEX by_text ON notes (text); INSERT INTO notes VALUES (1, 'one'), (2, 'two'); CREATE TABLE hidden AS SELECT * FROM sqlite_schema WHERE name = 'by_text'",
    );
    run("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'by_text'");
    run("DELETE FROM notes WHERE key = 1");
    run("PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM hidden");
    let refused = back_up(&database.path, &database.folder.path().join("copy")).await.expect_err("refused");
    let path = database.path.display().to_string();
    assert!(matches!(&refused, StoreError::Corrupt(detail) if detail.contains(&path) && detail.contains("by_text")), "{refused}");
}
