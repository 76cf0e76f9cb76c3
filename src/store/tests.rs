//! The store against real files.

use std::path::Path;

use rusqlite::Connection;

use super::{Store, StoreError, migrate, open};

const SCHEMA: &str = include_str!("../../schema.sql");

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
    migrated(&path).pragma_update(None, "user_version", migrate::current() + 1).expect("an update");
    let refused = Store::open(&path).await.err().expect("refused");
    assert!(matches!(refused, StoreError::Newer { .. }), "{refused}");
    assert!(refused.to_string().contains("upgrade iroam"));
}

#[tokio::test]
async fn refuses_what_is_not_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text");
    std::fs::write(&text, "this is a diary, not a database. ".repeat(100)).expect("a file");
    assert!(matches!(Store::open(&text).await.err(), Some(StoreError::Foreign { .. })));
    let other = folder.path().join("other");
    Connection::open(&other).and_then(|db| db.execute_batch("CREATE TABLE diary (day TEXT)")).expect("another program's database");
    assert!(matches!(Store::open(&other).await.err(), Some(StoreError::Foreign { .. })));
}

#[tokio::test]
async fn says_that_another_process_holds_the_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    let holder = migrated(&path);
    holder.execute_batch("BEGIN EXCLUSIVE").expect("the lock");
    let refused = Store::open(&path).await.err().expect("refused after a bounded wait");
    assert!(matches!(refused, StoreError::Locked { .. }), "{refused}");
}

#[tokio::test]
async fn two_openers_of_a_new_file_both_succeed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    let (first, second) = tokio::join!(Store::open(&path), Store::open(&path));
    assert!(first.expect("first").users().await.expect("rows").is_empty());
    assert!(second.expect("second").users().await.expect("rows").is_empty());
}

#[tokio::test]
async fn a_panicking_query_leaves_the_database_working() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("db")).await.expect("opens");
    let panicked = store.write(|_| -> Result<(), StoreError> { panic!("a bug") }).await;
    assert!(matches!(panicked, Err(StoreError::Closed)));
    store.write(|db| Ok(db.execute("DELETE FROM users", [])?)).await.expect("the writer lives on");
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

/// The `$n` of a statement, in the order of their first appearance.
fn parameters(sql: &str) -> Vec<usize> {
    let mut seen = Vec::new();
    for piece in sql.split('$').skip(1) {
        let number: String = piece.chars().take_while(char::is_ascii_digit).collect();
        seen.extend(number.parse().ok().filter(|n| !seen.contains(n)));
    }
    seen
}

#[test]
fn parameters_appear_in_the_order_of_their_numbers() {
    assert_eq!(parameters("UPDATE t SET a = $2, b = $2 WHERE c = $1"), [2, 1]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).expect("the room") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "rs") || path.ends_with("tests.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("a source file");
        for statement in source.split('"').skip(1).step_by(2).filter(|text| text.contains('$')) {
            let found = parameters(statement);
            assert_eq!(found, (1..=found.len()).collect::<Vec<_>>(), "{}: {statement}", path.display());
            checked += 1;
        }
    }
    assert!(checked > 15);
}
