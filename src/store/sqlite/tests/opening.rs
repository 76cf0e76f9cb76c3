//! Opening what is there, or is not.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use rusqlite::Connection;

use super::children;
use super::kit::{add, database, keys, keys_read, migrated, open_at};
use crate::store::sqlite::open;
use crate::store::{Location, LocationError, ServerOptions, Store, StoreError, schema};

#[tokio::test]
async fn refuses_a_database_of_a_newer_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    migrated(&path).pragma_update(None, "user_version", schema::current() + 1).expect("an update");
    let refused = open_at(&path).await.err().expect("refused");
    assert!(matches!(refused, StoreError::Newer { .. }), "{refused}");
    assert!(refused.to_string().contains("upgrade iroam"));
}

#[tokio::test]
async fn refuses_what_is_not_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text");
    std::fs::write(&text, "this is a diary, not a database. ".repeat(100)).expect("a file");
    assert!(matches!(open_at(&text).await.err(), Some(StoreError::NotADatabase { .. })));
    let other = folder.path().join("other");
    Connection::open(&other).and_then(|db| db.execute_batch("CREATE TABLE diary (day TEXT)")).expect("another program's database");
    assert!(matches!(open_at(&other).await.err(), Some(StoreError::Foreign { .. })));
}

#[tokio::test]
async fn a_file_without_tables_is_no_database_yet() {
    let folder = tempfile::tempdir().expect("a folder");
    let [absent, empty, header] = ["absent", "empty", "header"].map(|name| folder.path().join(name));
    std::fs::write(&empty, "").expect("a file");
    Connection::open(&header).and_then(|db| db.execute_batch("VACUUM")).expect("a header");
    assert!(std::fs::metadata(&header).expect("the file").len() > 0);
    for path in [&absent, &empty, &header] {
        assert!(!Store::exists(&Location::sqlite(path)).await.expect("looked at"), "{}", path.display());
    }
    assert!(!absent.exists());
    drop(open_at(&header).await.expect("filled"));
    assert!(Store::exists(&Location::sqlite(&header)).await.expect("looked at"));
}

/// Whoever copies the folder of a server that was stopped may leave the log behind.
#[tokio::test]
async fn the_file_alone_is_everything_once_the_last_handle_is_gone() {
    let database = database();
    for round in 1..=20 {
        let store = open_at(&database.path).await.expect("opened");
        let clone = store.clone();
        add(&store, round, "a note").await.expect("saved");
        drop(store);
        add(&clone, -round, "a note").await.expect("a clone keeps it open");
        // Reads may be under way.
        let _ = tokio::time::timeout(std::time::Duration::ZERO, keys_read(&clone)).await;
        drop(clone);
        let files = std::fs::read_dir(database.folder.path()).expect("the folder").count();
        assert_eq!(files, 1, "round {round}: a log was left");
    }
    assert_eq!(keys(&database.path).len(), 40);
}

#[tokio::test]
async fn closing_waits_for_those_who_still_use_the_database() {
    let database = database();
    let store = open_at(&database.path).await.expect("opened");
    let (clone, path) = (store.clone(), database.path.clone());
    let user = tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        add(&clone, 1, "a last note").await
    });
    store.close(std::time::Duration::from_secs(60)).await;
    assert_eq!(std::fs::read_dir(database.folder.path()).expect("the folder").count(), 1);
    user.await.expect("no panic").expect("saved");
    assert_eq!(keys(&path), [1]);
}

#[tokio::test]
async fn says_that_another_process_holds_the_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    let holder = migrated(&path);
    holder.execute_batch("BEGIN EXCLUSIVE").expect("the lock");
    let refused = open_at(&path).await.err().expect("refused after a bounded wait");
    assert!(matches!(refused, StoreError::Locked { .. }), "{refused}");
}

#[tokio::test]
async fn two_openers_of_a_new_file_both_succeed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    let (first, second) = tokio::join!(open_at(&path), open_at(&path));
    assert!(first.expect("first").users().await.expect("rows").is_empty());
    assert!(second.expect("second").users().await.expect("rows").is_empty());
}

#[test]
fn the_file_is_its_owners_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    drop(migrated(&path));
    let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_folder_in_its_place_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = open_at(folder.path()).await.err().expect("refused");
    assert!(matches!(refused, StoreError::Open { .. }), "{refused}");
    assert!(refused.to_string().contains(&folder.path().display().to_string()));
}

#[tokio::test]
async fn a_missing_folder_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("missing/db");
    let refused = open_at(&path).await.err().expect("refused");
    assert!(refused.to_string().contains("No such file"), "{refused}");
    assert!(!folder.path().join("missing").exists());
}

/// An operator may keep the file on another disk.
#[tokio::test]
async fn a_link_leads_to_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (link, real) = (folder.path().join("link"), folder.path().join("real"));
    symlink(&real, &link).expect("a link");
    let store = open_at(&link).await.expect("opens");
    assert!(store.users().await.expect("rows").is_empty());
    assert!(real.exists() && link.is_symlink());
    assert!(folder.path().join("real-wal").exists() && !folder.path().join("link-wal").exists());
}

#[test]
fn says_that_it_may_not_write() {
    const TEST: &str = "store::sqlite::tests::opening::says_that_it_may_not_write";
    if !children::is_child() {
        return children::run(TEST);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    drop(migrated(&path));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).expect("a mode");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o555)).expect("a mode");
    children::drop_privileges();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let refused = runtime.block_on(open_at(&path)).err().expect("refused");
    assert!(refused.to_string().contains("may only read it"), "{refused}");
    let refused = runtime.block_on(open_at(&folder.path().join("new"))).err().expect("refused");
    assert!(refused.to_string().contains("Permission denied"), "{refused}");
}

/// To SQLite these names mean something else.
#[tokio::test]
async fn a_path_is_a_path_whatever_it_looks_like() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["file:x?mode=memory", ":memory:", "a?b#c%41"] {
        let path = folder.path().join(name);
        drop(open_at(&path).await.expect("opens"));
        assert!(path.is_file());
    }
    assert_eq!(open::plain(std::path::Path::new("file:x?mode=memory")).as_os_str(), "./file:x?mode=memory");
    assert_eq!(open::plain(folder.path()), folder.path());
    let refused = Location::parse("sqlite::memory:", &ServerOptions::default());
    assert!(matches!(refused, Err(LocationError::InMemory)), "{refused:?}");
}

#[test]
fn a_database_without_a_log_is_noticed() {
    let memory = Connection::open_in_memory().expect("a connection");
    let refused = open::use_log(&memory, std::path::Path::new("here")).expect_err("refused").to_string();
    assert!(refused.contains("here") && refused.contains("log"), "{refused}");
}
