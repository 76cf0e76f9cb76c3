//! The schema that the migrations make here.

use rusqlite::Connection;

use super::kit::migrated;

const SCHEMA: &str = include_str!("../../../../schema.sql");

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
