//! What a file holds, without making or changing any.

use std::fs::metadata;
use std::io::ErrorKind;
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
    let database = || path.display().to_string();
    match metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::default()),
        Err(error) => return Err(StoreError::at_file(path, error)),
        Ok(file) if !file.is_file() => return Err(StoreError::Foreign { database: database() }),
        // Not opened: SQLite would delete a log beside it.
        Ok(file) if file.len() == 0 => return Ok(Found::default()),
        Ok(_) => {}
    }
    found(&open::reader(path)?).map_err(|error| opening(path, error))
}

/// Whether there is a database of ours, of any version; an error where there is another's. A file without tables is none yet.
pub fn exists(path: &Path) -> Result<bool, StoreError> {
    let found = peek(path)?;
    if found.schema.is_none() && !found.tables.is_empty() {
        return Err(StoreError::Foreign { database: path.display().to_string() });
    }
    Ok(found.schema.is_some())
}

fn found(connection: &Connection) -> rusqlite::Result<Found> {
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let mut query =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name")?;
    let tables = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(Found { schema: (application == APPLICATION_ID).then_some(version), tables })
}
