//! What a file holds, without making or changing any.

use std::path::Path;

use rusqlite::Connection;

use super::error::opening;
use super::migrate::APPLICATION_ID;
use super::open;
use crate::store::StoreError;
use crate::store::peek::Found;
use crate::store::statement::Statement;

/// Whether there is a table of the name `$1`.
pub static HAS_TABLE: Statement =
    Statement::new("SQLITE_HAS_TABLE", "SELECT count(*) AS found FROM sqlite_schema WHERE type = 'table' AND name = $1");

pub fn peek(path: &Path) -> Result<Found, StoreError> {
    let is_there = path.try_exists().map_err(|error| StoreError::at_file(path, error))?;
    if !is_there {
        return Ok(Found::default());
    }
    found(&open::reader(path)?).map_err(|error| opening(path, error))
}

fn found(connection: &Connection) -> rusqlite::Result<Found> {
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let mut query =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name")?;
    let tables = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(Found { schema: (application == APPLICATION_ID).then_some(version), tables })
}
