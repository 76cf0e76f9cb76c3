//! What PostgreSQL takes and gives has one of three types: what SQLite knows of types, and what the values are.

use super::parameters;
use crate::postgres_kit::Server;
use crate::store::tests::engines::{Database, Kind};
use crate::store::tests::psql;

const TYPES: [&str; 3] = ["bigint", "text", "bytea"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parameters_are_big_integers_text_or_bytes() {
    let db = Database::new(Kind::Postgres).await;
    let types = psql::each_statement(Server::shared(), &db.name(), |statement| {
        let asked = "SELECT unnest(parameter_types) FROM pg_prepared_statements WHERE name =";
        format!("PREPARE \"{0}\" AS {1};\n{asked} '{0}';\n", statement.name, statement.sql)
    });
    for ((name, types), statement) in types.iter().zip(crate::store::catalogue()) {
        assert_eq!(types.len(), parameters(statement), "{name}");
        assert!(types.iter().all(|found| TYPES.contains(&found.as_str())), "{name} takes {types:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_are_big_integers_text_or_bytes() {
    let db = Database::new(Kind::Postgres).await;
    let columns = psql::each_statement(Server::shared(), &db.name(), |statement| format!("{} \\gdesc\n", statement.sql));
    let mut described = 0;
    for (name, lines) in columns {
        let columns: Vec<_> = lines.iter().filter_map(|line| line.split_once('|')).collect();
        assert!(columns.iter().all(|(_, found)| TYPES.contains(found)), "{name} gives {columns:?}: cast it");
        assert!(columns.iter().all(|(column, _)| *column != "?column?"), "{name} gives a column without a name");
        described += columns.len();
    }
    assert!(described > 50, "psql describes columns otherwise than before");
}
