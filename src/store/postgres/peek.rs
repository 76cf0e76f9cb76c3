//! What a database holds, without making or changing any of it.

use std::time::Instant;

use super::address::PostgresLocation;
use super::connection::Connection;
use super::error::Failure;
use super::migrate::{LOOK_TIME, VERSION, is_ours, version};
use super::open::with_connection;
use crate::store::StoreError;
use crate::store::peek::Found;
use crate::store::statement::Statement;

/// Whether there is a table of the name `$1`.
pub static HAS_TABLE: Statement = Statement::new(
    "POSTGRES_HAS_TABLE",
    "SELECT count(*) AS found FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND c.relname = $1",
);

/// In the schema where ours would be made, without the one that tells a database of ours.
const TABLES: &str = "SELECT c.relname::text AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND c.relname <> 'iroam_schema' ORDER BY 1";

pub fn peek(location: &PostgresLocation) -> Result<Found, StoreError> {
    with_connection(location, |connection| {
        let schema = if is_ours(connection)? { Some(version(connection, VERSION)?) } else { None };
        Ok(Found { schema, tables: tables(connection)? })
    })
}

fn tables(connection: &mut Connection) -> Result<Vec<String>, Failure> {
    let rows = connection.ask(Instant::now() + LOOK_TIME, async |client| client.query(TABLES, &[]).await)?;
    rows.iter().map(|row| row.try_get("name").map_err(Failure::from)).collect()
}
