//! What a database holds, without making or changing any of it.

use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio_postgres::Row;

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

/// How long those are waited for that are about to go: a server hears of a killed program's end a little later.
const OTHERS_WAIT: Duration = Duration::from_secs(5);

/// Sessions of programs, by whatever name and user. Of another user's the server does not tell what kind they are, but its own
/// workers have no user.
const OTHERS: &str = "SELECT pid, coalesce(nullif(application_name, ''), 'unnamed') AS name FROM pg_catalog.pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
    AND coalesce(backend_type, 'client backend') = 'client backend' ORDER BY pid";

/// Who else is connected to the database, and stays so: words for each. A server at work always is, but what it calls itself its
/// URL decides.
pub fn others(location: &PostgresLocation) -> Result<Vec<String>, StoreError> {
    with_connection(location, |connection| {
        let until = Instant::now() + OTHERS_WAIT;
        loop {
            let found = sessions(connection)?;
            if found.is_empty() || Instant::now() > until {
                return Ok(found);
            }
            sleep(Duration::from_millis(50));
        }
    })
}

fn sessions(connection: &mut Connection) -> Result<Vec<String>, Failure> {
    let rows = connection.ask(Instant::now() + LOOK_TIME, async |client| client.query(OTHERS, &[]).await)?;
    let words = |row: &Row| Ok(format!("{} (process {})", row.try_get::<_, &str>("name")?, row.try_get::<_, i32>("pid")?));
    rows.iter().map(words).collect()
}

fn tables(connection: &mut Connection) -> Result<Vec<String>, Failure> {
    let rows = connection.ask(Instant::now() + LOOK_TIME, async |client| client.query(TABLES, &[]).await)?;
    rows.iter().map(|row| row.try_get("name").map_err(Failure::from)).collect()
}
