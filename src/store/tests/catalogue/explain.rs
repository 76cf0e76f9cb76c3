//! How an engine means to find a statement's rows.

use super::parameters;
use crate::postgres_kit::Server;
use crate::store::catalogue;
use crate::store::statement::Statement;
use crate::store::tests::engines::{Database, Kind};
use crate::store::tests::psql;
use crate::store::value::Value;

/// Many rows of each kind: of a small table PostgreSQL does not care which index it takes.
const FILL: &str = "
    INSERT INTO users SELECT 'u' || n, n, n, '', n FROM generate_series(1, 2000) AS n;
    INSERT INTO web_sessions SELECT sha256(n::text::bytea), 'u' || n, n, n FROM generate_series(1, 2000) AS n;
    INSERT INTO sign_in_links SELECT sha256(n::text::bytea), 'u' || n, n, n FROM generate_series(1, 2000) AS n;
    INSERT INTO hosts SELECT 'h' || n, 'u' || n, sha256(n::text::bytea), n, sha256(n::text::bytea), n FROM generate_series(1, 2000) AS n;
    INSERT INTO play_sessions SELECT n, 'u' || n, 'h' || n, sha256(n::text::bytea), n, n FROM generate_series(1, 2000) AS n;
    INSERT INTO device_grants SELECT sha256(n::text::bytea), n, sha256(n::text::bytea), n, '', 'approved', 'u' || n, 'h' || n, n, n
        FROM generate_series(1, 2000) AS n;
    INSERT INTO playlist_trees SELECT 'u' || n, n, n, n FROM generate_series(1, 2000) AS n;
    INSERT INTO playlists SELECT 'p' || n, 'u' || n, 'list', 'p' || n, n, n, n, n, n, 0, 1, 1, 1, n, n, n, n, n, n FROM generate_series(1, 2000) AS n;
    INSERT INTO playlist_items SELECT 'p' || n, 'i' || n, n, 'h', 't', n, n, n, n, n, n FROM generate_series(1, 2000) AS n;
    ANALYZE";

/// Names of the statements that read a whole table.
pub async fn scanning(db: &Database) -> Vec<&'static str> {
    match db.kind {
        Kind::Sqlite => {
            let mut found = Vec::new();
            for statement in catalogue() {
                if sqlite_plan(db, statement).await.iter().any(|line| line.starts_with("SCAN ") && line != "SCAN CONSTANT ROW") {
                    found.push(statement.name);
                }
            }
            found
        }
        Kind::Postgres => {
            Server::shared().psql(&db.name(), FILL);
            let plans = psql::each_statement(Server::shared(), &db.name(), |statement| {
                let nothing = vec!["NULL"; parameters(statement)].join(", ");
                let given = if nothing.is_empty() { String::new() } else { format!("({nothing})") };
                format!("PREPARE \"{0}\" AS {1};\nEXPLAIN (COSTS OFF) EXECUTE \"{0}\"{given};\n", statement.name, statement.sql)
            });
            plans.into_iter().filter(|(_, plan)| reads_whole_table(plan)).map(|(name, _)| name).collect()
        }
    }
}

/// <https://www.sqlite.org/eqp.html>: SEARCH reads a part of a table, SCAN all of it.
async fn sqlite_plan(db: &Database, statement: &'static Statement) -> Vec<String> {
    let plan = db.store.query(|db| {
        let explain = Statement { name: statement.name, sql: format!("EXPLAIN QUERY PLAN {}", statement.sql).into() };
        let nothing = vec![Value::Null; parameters(statement)];
        db.all(&explain, &nothing, |row| row.get::<String>("detail"))
    });
    plan.await.unwrap_or_else(|error| panic!("{}: {error}", statement.name))
}

/// With sequential scans forbidden one stands only where no index would do. An index that is read without a condition is no better.
fn reads_whole_table(plan: &[String]) -> bool {
    let lines: Vec<&str> = plan.iter().map(|line| line.trim_start_matches([' ', '-', '>'])).collect();
    let is_node = |line: &str| !line.contains(": ");
    let has_condition = |from: usize| lines[from + 1..].iter().take_while(|line| !is_node(line)).any(|line| line.starts_with("Index Cond"));
    assert!(lines.len() > usize::from(lines.is_empty()), "a plan has lines");
    lines.iter().enumerate().any(|(at, line)| {
        let by_index = ["Index Scan", "Index Only Scan", "Bitmap Index Scan"].iter().any(|node| line.starts_with(node));
        line.starts_with("Seq Scan") || by_index && !has_condition(at)
    })
}

#[test]
fn knows_a_plan_that_reads_all() {
    let lines = |plan: &str| plan.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(reads_whole_table(&lines("Sort\n  Sort Key: created_at_ms, id\n  ->  Seq Scan on users")));
    assert!(reads_whole_table(&lines("Aggregate\n  ->  Index Only Scan using a on b")));
    assert!(!reads_whole_table(&lines("Index Scan using a on b\n  Index Cond: (id = $1)")));
    assert!(!reads_whole_table(&lines(
        "Delete on b\n  ->  Bitmap Heap Scan on b\n        Recheck Cond: (id <= $1)\n        ->  Bitmap Index Scan on a\n              Index Cond: (id <= $1)"
    )));
    assert!(!reads_whole_table(&lines("Insert on users\n  Conflict Resolution: NOTHING\n  ->  Result")));
}
