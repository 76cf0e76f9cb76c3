//! Numbered migrations: each is applied once, in order, in one transaction with its number. Several programs may open a new
//! database at once; they take turns by a lock on the number's row.

use std::time::{Duration, Instant};

use super::connection::Connection;
use super::dialect::{self, Server};
use super::error::Failure;
use crate::store::StoreError;
use crate::store::schema::{MIGRATIONS, current};

/// How long the server may take to say what is there.
pub const LOOK_TIME: Duration = Duration::from_secs(10);

/// How long a migration may take, and another program's be waited for: it may have much to rewrite.
const MIGRATION_TIME: Duration = Duration::from_secs(600);

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0";

/// Tables in the schema that ours would be made in, and among them the one that makes it a database of ours.
const LOOK: &str = "SELECT count(*) AS tables, coalesce(max(CASE c.relname WHEN 'iroam_schema' THEN 1 ELSE 0 END), 0)::bigint AS ours
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')";

pub const VERSION: &str = "SELECT version FROM iroam_schema WHERE id = 1";

const MAKE: &str = "CREATE TABLE iroam_schema (id BIGINT PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL);
    INSERT INTO iroam_schema (id, version) VALUES (1, 0)";

/// What is in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    Ours,
    Others,
}

/// Whether the database is one of ours, of any version.
pub fn is_ours(connection: &mut Connection) -> Result<bool, Failure> {
    Ok(look(connection)? == Found::Ours)
}

/// Refuses a database of a newer program or of another one; brings an older one up to date. May be run again after any failure.
pub fn to_current(connection: &mut Connection, database: &str) -> Result<(), Failure> {
    match look(connection)? {
        Found::Nothing => make(connection)?,
        Found::Others => return Err(Failure::Refused(StoreError::Foreign { database: database.to_owned() })),
        Found::Ours => {}
    }
    let server = server(connection)?;
    loop {
        let found = version(connection, VERSION)?;
        if found > current() {
            return Err(Failure::Refused(StoreError::Newer { database: database.to_owned(), found, known: current() }));
        }
        if found == current() {
            return Ok(());
        }
        in_transaction(connection, |connection| apply_next(connection, server))?;
    }
}

fn look(connection: &mut Connection) -> Result<Found, Failure> {
    let row = connection.ask(Instant::now() + LOOK_TIME, async |client| client.query_one(LOOK, &[]).await)?;
    let column = |name| row.try_get::<_, i64>(name).map_err(Failure::from);
    Ok(match (column("ours")?, column("tables")?) {
        (1, _) => Found::Ours,
        (_, 0) => Found::Nothing,
        _ => Found::Others,
    })
}

fn make(connection: &mut Connection) -> Result<(), Failure> {
    let made = in_transaction(connection, |connection| connection.batch(MAKE, Instant::now() + MIGRATION_TIME));
    match made {
        // Another program made it at this moment: in the server's catalogue two tables of a name are a broken rule.
        Err(Failure::Refused(StoreError::Constraint(_))) => Err(Failure::Collision),
        // Or a moment before, in which case the whole look is to be repeated.
        Err(Failure::Refused(_)) if look(connection)? == Found::Ours => Err(Failure::Collision),
        other => other,
    }
}

fn server(connection: &mut Connection) -> Result<Server, Failure> {
    let row = connection.ask(Instant::now() + LOOK_TIME, async |client| client.query_one("SELECT version()", &[]).await)?;
    let version: &str = row.try_get(0)?;
    Ok(if version.contains("CockroachDB") { Server::Cockroach } else { Server::Postgres })
}

pub fn version(connection: &mut Connection, sql: &str) -> Result<i64, Failure> {
    let row = connection.ask(Instant::now() + MIGRATION_TIME, async |client| client.query_opt(sql, &[]).await)?;
    let row = row.ok_or_else(|| Failure::Refused(StoreError::Corrupt("the table iroam_schema is empty".to_owned())))?;
    Ok(row.try_get("version")?)
}

/// Applies the migration that is next once it is our turn, which may be none.
fn apply_next(connection: &mut Connection, server: Server) -> Result<(), Failure> {
    let found = version(connection, "SELECT version FROM iroam_schema WHERE id = 1 FOR UPDATE")?;
    let Some(migration) = usize::try_from(found).ok().and_then(|index| MIGRATIONS.get(index)) else { return Ok(()) };
    let until = Instant::now() + MIGRATION_TIME;
    connection.batch(&dialect::of_migration(migration, server), until)?;
    connection.batch(&format!("UPDATE iroam_schema SET version = {} WHERE id = 1", found + 1), until)
}

fn in_transaction(connection: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<(), Failure>) -> Result<(), Failure> {
    let until = Instant::now() + LOOK_TIME;
    connection.batch(BEGIN, until)?;
    let done = work(connection).and_then(|()| connection.batch("COMMIT", Instant::now() + MIGRATION_TIME));
    if done.is_err() && connection.batch("ROLLBACK", Instant::now() + LOOK_TIME).is_err() {
        connection.give_up("a migration could not be rolled back");
    }
    done
}
