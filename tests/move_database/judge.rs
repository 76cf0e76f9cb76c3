//! What is in a database, told by programs that have nothing to do with moving: rusqlite, and psql.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest as _, Sha256};

use crate::postgres_kit::Server;

/// Of each table: how many rows, and a SHA-256 over all their values.
pub type Content = BTreeMap<String, (u64, String)>;

/// What stands for NULL: no value of the tests' has it.
const NULL: &str = "∅";

/// Tables with their columns and kinds, as SQLite has them.
fn columns_of(db: &Connection) -> BTreeMap<String, Vec<(String, String)>> {
    let sql =
        "SELECT t.name, c.name, c.type FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY t.name, c.cid";
    let mut query = db.prepare(sql).expect("a query");
    let rows = query.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).expect("rows");
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (table, column) in rows.map(|row: rusqlite::Result<(String, (String, String))>| row.expect("a row")) {
        tables.entry(table).or_default().push(column);
    }
    tables
}

pub fn sqlite(path: &Path) -> Content {
    let db = Connection::open(path).expect("opens");
    let tables = columns_of(&db);
    assert!(tables.len() >= 7);
    tables
        .into_keys()
        .map(|table| {
            let found = sqlite_table(&db, &table);
            (table, found)
        })
        .collect()
}

fn sqlite_table(db: &Connection, table: &str) -> (u64, String) {
    // The first column is the key of every table.
    let mut query = db.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).expect("a query");
    let width = query.column_count();
    let mut rows = query.query([]).expect("rows");
    let (mut count, mut hash) = (0, Sha256::new());
    while let Some(row) = rows.next().expect("a row") {
        let words: Vec<String> = (0..width).map(|at| in_words(row.get_ref(at).expect("a column"))).collect();
        hash.update(format!("{}\n", words.join("|")));
        count += 1;
    }
    (count, hex(&hash.finalize()))
}

fn in_words(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => NULL.to_owned(),
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Text(text) => String::from_utf8(text.to_owned()).expect("text"),
        ValueRef::Blob(bytes) => hex(bytes),
        ValueRef::Real(_) => panic!("a number that is not whole"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The same of a PostgreSQL database with the tables that the SQLite database `like` has.
pub fn postgres(server: &Server, database: &str, like: &Path) -> Content {
    let tables = columns_of(&Connection::open(like).expect("opens"));
    tables
        .into_iter()
        .map(|(table, columns)| {
            let found = postgres_table(server, database, &table, &columns);
            (table, found)
        })
        .collect()
}

fn postgres_table(server: &Server, database: &str, table: &str, columns: &[(String, String)]) -> (u64, String) {
    let words = columns.iter().map(|(name, kind)| match kind.as_str() {
        "BLOB" => format!("coalesce(encode({name}, 'hex'), '{NULL}')"),
        _ => format!("coalesce({name}::text, '{NULL}')"),
    });
    let words = words.collect::<Vec<_>>().join(" || '|' || ");
    let (key, kind) = &columns[0];
    let order = if kind == "TEXT" { format!("{key} COLLATE \"C\"") } else { key.clone() };
    let all = format!("coalesce(string_agg({words} || E'\\n', '' ORDER BY {order}), '')");
    let sql = format!("SELECT count(*), encode(sha256(convert_to({all}, 'UTF8')), 'hex') FROM {table}");
    let line = server.psql(database, &sql);
    let (count, hash) = line.split_once('|').expect("two columns");
    (count.parse().expect("a number"), hash.to_owned())
}

/// Tables of a PostgreSQL database, by name.
pub fn tables(server: &Server, database: &str) -> Vec<String> {
    let sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename";
    server.psql(database, sql).lines().map(str::to_owned).collect()
}
