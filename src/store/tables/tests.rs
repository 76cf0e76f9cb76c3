//! The list against the schema that an engine really has.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, TABLES, Table};
use crate::postgres_kit::Server;
use crate::store::statement::Statement;
use crate::store::value::params;
use crate::store::{Location, ServerOptions, Store};

static SQLITE_COLUMNS: Statement = Statement::new(
    "SQLITE_COLUMNS",
    "SELECT tables.name AS of, columns.name AS name, lower(columns.type) AS kind, columns.pk AS key
     FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
     WHERE tables.type = 'table' ORDER BY tables.name, columns.cid",
);

static POSTGRES_COLUMNS: Statement = Statement::new(
    "POSTGRES_COLUMNS",
    "SELECT columns.table_name::text AS of, columns.column_name::text AS name, columns.data_type::text AS kind,
        coalesce(key.ordinal_position, 0)::bigint AS key
     FROM information_schema.columns AS columns
     LEFT JOIN information_schema.table_constraints AS rule
        ON rule.table_schema = columns.table_schema AND rule.table_name = columns.table_name AND rule.constraint_type = 'PRIMARY KEY'
     LEFT JOIN information_schema.key_column_usage AS key
        ON key.constraint_schema = rule.constraint_schema AND key.constraint_name = rule.constraint_name
        AND key.column_name = columns.column_name
     WHERE columns.table_schema = current_schema() AND columns.table_name <> 'iroam_schema'
     ORDER BY columns.table_name, columns.ordinal_position",
);

static SQLITE_REFERENCES: Statement = Statement::new(
    "SQLITE_REFERENCES",
    "SELECT DISTINCT tables.name AS of, refers.\"table\" AS to_table
     FROM sqlite_schema AS tables, pragma_foreign_key_list(tables.name) AS refers WHERE tables.type = 'table'",
);

/// Of one table: columns with the engine's word for the kind, and the key's columns by their place in the key.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    columns: Vec<(String, Kind)>,
    key: BTreeMap<i64, String>,
}

fn kind(word: &str) -> Kind {
    match word {
        "integer" | "bigint" => Kind::Integer,
        "text" => Kind::Text,
        "blob" | "bytea" => Kind::Bytes,
        other => panic!("a column of a kind that no engine should have: {other}"),
    }
}

fn expected(table: &Table) -> Shape {
    let columns = table.columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
    Shape { columns, key: (1..).zip(table.key.iter().map(|name| (*name).to_owned())).collect() }
}

/// What the database's own catalogue says of each table.
async fn shapes(store: &Store, statement: &'static Statement) -> BTreeMap<String, Shape> {
    let rows = store.query(|db| {
        db.all(statement, params![], |row| {
            Ok((row.get::<String>("of")?, row.get::<String>("name")?, row.get::<String>("kind")?, row.get::<i64>("key")?))
        })
    });
    let mut found: BTreeMap<String, Shape> = BTreeMap::new();
    for (table, column, word, place) in rows.await.expect("the catalogue can be read") {
        let shape = found.entry(table).or_default();
        shape.columns.push((column.clone(), kind(&word)));
        if place > 0 {
            shape.key.insert(place, column);
        }
    }
    found
}

fn listed() -> BTreeMap<String, Shape> {
    TABLES.iter().map(|table| (table.name.to_owned(), expected(table))).collect()
}

#[tokio::test]
async fn list_is_the_schema_that_sqlite_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&Location::sqlite(&folder.path().join("db"))).await.expect("opens");
    assert_eq!(shapes(&store, &SQLITE_COLUMNS).await, listed());
}

#[tokio::test]
async fn list_is_the_schema_that_postgresql_has() {
    let url = Server::shared().new_database();
    let location = Location::parse(&url, &ServerOptions::default()).expect("a URL of the kit's");
    let store = Store::open(&location).await.expect("opens");
    assert_eq!(shapes(&store, &POSTGRES_COLUMNS).await, listed());
}

#[tokio::test]
async fn each_table_comes_after_those_it_refers_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&Location::sqlite(&folder.path().join("db"))).await.expect("opens");
    let read =
        store.query(|db| db.all(&SQLITE_REFERENCES, params![], |row| Ok((row.get::<String>("of")?, row.get::<String>("to_table")?))));
    let references: BTreeSet<(String, String)> = read.await.expect("the catalogue can be read").into_iter().collect();
    assert!(references.len() > 5);
    let place = |name: &str| TABLES.iter().position(|table| table.name == name).expect("a listed table");
    for (table, referred) in references {
        assert!(place(&referred) < place(&table), "{table} refers to {referred}, which comes later");
    }
}

#[test]
fn every_table_has_a_key_that_is_among_its_columns() {
    for table in TABLES {
        assert!(!table.key.is_empty() && table.key_positions().count() == table.key.len(), "{}", table.name);
    }
}
