//! The embedded engine against real files.

use std::path::Path;

use rusqlite::Connection;

use super::{migrate, open};
use crate::store::job::Durability::Full;
use crate::store::statement::Statement;
use crate::store::value::params;
use crate::store::{Location, Store, StoreError, schema};

const SCHEMA: &str = include_str!("../../../schema.sql");

/// What SQLite keeps of a schema: each object's text, without comments' and spaces' accidents.
fn objects(db: &Connection) -> Vec<(String, String)> {
    let mut query = db.prepare("SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name").expect("a query");
    let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).expect("rows");
    rows.map(|row| row.map(|(name, sql)| (name, plain(&sql))).expect("a row")).collect()
}

fn plain(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

fn migrated(path: &Path) -> Connection {
    let mut db = open::writer(path).expect("a new file");
    migrate::to_current(&mut db, path).expect("migrations apply");
    db
}

#[test]
fn migrations_reach_the_schema() {
    let folder = tempfile::tempdir().expect("a folder");
    let fresh = Connection::open_in_memory().expect("memory");
    fresh.execute_batch(SCHEMA).expect("the schema applies");
    let reached = objects(&migrated(&folder.path().join("db")));
    assert!(reached.len() > 10);
    assert_eq!(reached, objects(&fresh));
}

#[test]
fn every_table_is_strict() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, sql) in objects(&migrated(&folder.path().join("db"))) {
        assert!(!sql.starts_with("CREATE TABLE") || sql.ends_with("STRICT"), "{name} is not STRICT");
    }
}

#[tokio::test]
async fn refuses_a_database_of_a_newer_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    migrated(&path).pragma_update(None, "user_version", schema::current() + 1).expect("an update");
    let refused = Store::open(&Location::sqlite(&path)).await.err().expect("refused");
    assert!(matches!(refused, StoreError::Newer { .. }), "{refused}");
    assert!(refused.to_string().contains("upgrade iroam"));
}

#[tokio::test]
async fn refuses_what_is_not_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text");
    std::fs::write(&text, "this is a diary, not a database. ".repeat(100)).expect("a file");
    assert!(matches!(Store::open(&Location::sqlite(&text)).await.err(), Some(StoreError::Foreign { .. })));
    let other = folder.path().join("other");
    Connection::open(&other).and_then(|db| db.execute_batch("CREATE TABLE diary (day TEXT)")).expect("another program's database");
    assert!(matches!(Store::open(&Location::sqlite(&other)).await.err(), Some(StoreError::Foreign { .. })));
}

#[tokio::test]
async fn says_that_another_process_holds_the_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    let holder = migrated(&path);
    holder.execute_batch("BEGIN EXCLUSIVE").expect("the lock");
    let refused = Store::open(&Location::sqlite(&path)).await.err().expect("refused after a bounded wait");
    assert!(matches!(refused, StoreError::Locked { .. }), "{refused}");
}

#[tokio::test]
async fn two_openers_of_a_new_file_both_succeed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    let location = Location::sqlite(&path);
    let (first, second) = tokio::join!(Store::open(&location), Store::open(&location));
    assert!(first.expect("first").users().await.expect("rows").is_empty());
    assert!(second.expect("second").users().await.expect("rows").is_empty());
}

#[tokio::test]
async fn a_panicking_query_leaves_the_database_working() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&Location::sqlite(&folder.path().join("db"))).await.expect("opens");
    let panicked = store.transact(Full, |_| -> Result<(), StoreError> { panic!("a bug") }).await;
    assert!(matches!(panicked, Err(StoreError::Panicked)));
    static DELETE: Statement = Statement::new("DELETE", "DELETE FROM users");
    store.change(Full, |db| db.execute(&DELETE, params![])).await.expect("the writer lives on");
}

#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    drop(migrated(&path));
    let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn parameters_are_bound_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&Location::sqlite(&folder.path().join("db"))).await.expect("opens");
    static MINUS: Statement = Statement::new("MINUS", "SELECT $2 - $1 AS difference, $3 AS third");
    let read =
        store.query(|db| db.one(&MINUS, params![1, 10, "x"], |row| Ok((row.get::<i64>("difference")?, row.get::<String>("third")?))));
    assert_eq!(read.await.expect("an answer"), (9, "x".to_owned()));
}
